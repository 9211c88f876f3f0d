/** Keeps the page itself for when the service cannot be reached; never any data. */
const CACHE = "vapr-1";
const PAGE = [
  "./", "style.css", "app.js", "link.js", "camera.js", "checklist.js", "cues.js",
  "marks.js", "store.js", "words.js", "manifest.webmanifest", "icon.svg", "icon-192.png",
];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(PAGE)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((n) => n !== CACHE).map((n) => caches.delete(n)));
  event.waitUntil(caches.keys().then(old).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const files = PAGE.map((path) => new URL(path, self.location).pathname);
  if (event.request.method !== "GET" || !files.includes(url.pathname)) return;
  event.respondWith(fresh(event.request));
});

/** The service's own copy first, so that an update is never missed. */
async function fresh(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  } catch {
    return (await cache.match(request, { ignoreSearch: true })) ?? Response.error();
  }
}
