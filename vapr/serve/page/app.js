/** The driver's page: what the ride says, shown; what the driver does, told. */
import { call, Link, pairFromAddress } from "./link.js";
import { PhoneCamera } from "./camera.js";
import { rowsOf, shortOf, showRows } from "./checklist.js";
import { allowSound, cue, mute } from "./cues.js";
import { drawScene } from "./marks.js";
import { choices, choose, keepDeeds, keepRide, lastRide, waitingDeeds } from "./store.js";
import { LANGUAGES, firstLanguage, place, say, speak } from "./words.js";

const $ = (id) => document.getElementById(id);
const ICONS = {
  loud: '<path d="M4 10v6h4l6 5V5L8 10z"/><path d="M18 9a5 5 0 0 1 0 8M21 6a9 9 0 0 1 0 14"/>',
  mute: '<path d="M4 10v6h4l6 5V5L8 10z"/><path d="M18 10l7 7M25 10l-7 7"/>',
  menu: '<path d="M4 7h18M4 13h18M4 19h18"/>',
};
const icon = (name) => `<svg viewBox="0 0 26 26" aria-hidden="true">${ICONS[name]}</svg>`;
const empty = { open_stop: null, next_stop: null, closed: [], taken: [], astray: [] };

const state = {
  route: null, ride: empty, scene: null, picture: null, message: null, pending: null,
  validUntil: 0, offsetS: 0, still: null, slow: 0, warnings: [], cheer: null, camera: "van", note: null,
};
const link = new Link({ message, picture, up: online, down: show, unpaired() {} });
const phone = new PhoneCamera($("video"), (name, blob) => link.frame(name, blob));

/* ---- what comes in ---- */

function message(got) {
  if (got.type === "scene") return scene(got);
  if (got.type === "state") {
    state.ride = got.state;
    if (state.route) keepRide(state.route, state.ride);
    if (state.still && state.still.stop !== got.state.open_stop) state.still = null;
  } else if (got.type === "events") {
    happened(got.events);
  } else if (got.type === "error") {
    refused(got);
  }
  show();
}

function scene(got) {
  link.send({ type: "ack", n: got.n });
  const own = state.camera === "phone" && got.frame ? phone.kept.get(got.frame) : null;
  if (own) phone.answered(got.frame);
  const age = own ? performance.now() - own.taken : (got.age_s ?? Infinity) * 1000;
  const ttl = Math.max((state.route?.stale_s ?? 1.5) * 1000 - age, 0);
  if (own) state.slow = ttl > 0 ? 0 : state.slow + 1;
  state.offsetS = got.scene.time_s + (got.age_s ?? 0) - performance.now() / 1000;
  const next = { scene: got.scene, validUntil: performance.now() + ttl };
  if (got.picture) {
    state.pending = next; // its picture is the next message: marks never on another
    return;
  }
  state.pending = null;
  if (own) next.picture = own.picture;
  else if (got.camera !== "van" && state.camera !== "van") next.validUntil = 0;
  Object.assign(state, next);
  show();
}

async function picture(blob) {
  const next = state.pending;
  const bitmap = await createImageBitmap(blob);
  if (!next) return;
  if (state.pending === next) state.pending = null;
  Object.assign(state, next, { picture: bitmap });
  show();
}

function refused({ code, frame }) {
  if (code === "gap") return;
  state.note = code === "camera_in_use" ? "inUse" : "refused";
  if (state.camera === "phone") phone.answered(frame, 1000);
}

const SAID = {
  all_found: ([e]) => ["good", "O", say("all_found", itemsOf(e.stop).length)],
  all_taken: () => ["good", "✓", say("all_taken")],
  wrong_one: (all) => ["bad", "✕", all.map((e) => say("wrong_one", shortOf(e.id), e.stop)).join(" ")],
  left_behind: (all) => ["warn", "!", say("left_behind", all.map(withPlace).join(", "))],
};
const withPlace = (e) => (e.where ? say("at", shortOf(e.id), place(e.where)) : shortOf(e.id));

/** Warnings stand until they are answered; good news passes by. */
function happened(events) {
  new Set(events.map((e) => e.kind)).forEach(cue);
  for (const event of events) {
    if (event.kind === "put_back" || event.kind === "taken") forget((e) => e.key === event.key);
    else if (event.kind === "wrong_one" || event.kind === "left_behind") state.warnings.push(event);
    else if (event.kind in SAID) state.cheer = { event, until: performance.now() + 6000 };
  }
}

function forget(which) {
  state.warnings = state.warnings.filter((event) => !which(event));
}

async function online() {
  try {
    const route = await call("/v1/ride/route"), kept = lastRide();
    if (kept && !sameRide(kept.route, route)) keepDeeds([]); // another day's deeds
    state.route = route;
    keepRide(route, state.ride);
    await sendWaiting();
  } catch (error) {
    if (error.status === 401) state.note = "pair";
  }
  if (!choices().camera && !state.route?.van_camera) setCamera("phone", false);
  show();
}

function sameRide(a, b) {
  const keys = ({ stops }) => JSON.stringify(stops.map((s) => [s.id, s.items.map((i) => i.key)]));
  return keys(a) === keys(b);
}

/* ---- what the driver does ---- */

async function deed(path, body) {
  keepDeeds([...waitingDeeds(), { path, body }]);
  show();
  try {
    await sendWaiting();
  } catch { /* it stays in the queue until the service is back */ }
  show();
}

let sending = null;
function sendWaiting() {
  sending ??= sendAll().finally(() => { sending = null; });
  return sending;
}

async function sendAll() {
  for (let deeds = waitingDeeds(); deeds.length; deeds = waitingDeeds()) {
    try {
      const answer = await call(deeds[0].path, deeds[0].body);
      state.ride = answer.state;
    } catch (error) {
      if (error.status === 401 || error.status === 429 || !error.status) throw error;
    }
    keepDeeds(waitingDeeds().slice(1));
  }
}

const toggle = (item, taken) => deed(`/v1/ride/${taken ? "untake" : "take"}`, { key: item.key });

function done() {
  const { open_stop, next_stop } = state.ride;
  state.still = null;
  if (next_stop !== null) deed("/v1/ride/open", { stop: next_stop });
  else if (open_stop !== null) deed("/v1/ride/close", {});
}

async function photo(file) {
  const body = new FormData();
  body.append("picture", file, "photo.jpg");
  if (state.ride.open_stop !== null) body.append("stop", state.ride.open_stop);
  const stop = state.ride.open_stop;
  $("photo").disabled = true;
  try {
    const [answer, bitmap] = await Promise.all([call("/v1/locate", body), createImageBitmap(file)]);
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" });
    state.still = { scene: answer.scene, picture: bitmap, time, stop };
    state.note = null;
  } catch {
    state.note = "refused";
  }
  $("photo").disabled = false;
  show();
}

async function setCamera(camera, chosen = true) {
  if (chosen) choose({ camera });
  phone.stop();
  Object.assign(state, { camera, scene: null, picture: null, still: null, note: null, slow: 0 });
  link.want(camera === "van");
  if (camera === "phone" && started) {
    try {
      await phone.start();
    } catch {
      state.note = isSecureContext ? "noCamera" : "noHttps";
    }
  }
  show();
}

/* ---- what is shown ---- */

const itemsOf = (stop) => state.route?.stops.find((s) => s.id === stop)?.items ?? [];

function show() {
  const now = performance.now();
  const live = link.up && now < state.validUntil && !state.still;
  showView(live);
  showBanner(now);
  showList(live);
  $("mute").innerHTML = icon(choices().muted ? "mute" : "loud");
  $("mute").setAttribute("aria-pressed", Boolean(choices().muted));
}

let drawn = null;
function showView(live) {
  const { still } = state;
  const scene = still ? still.scene : live ? state.scene : null;
  const bitmap = still ? still.picture : state.picture;
  const film = state.camera === "phone" && !still && !live && Boolean($("video").srcObject);
  $("video").hidden = !film;
  $("picture").hidden = film || !bitmap;
  const key = [scene, bitmap, film, innerWidth, innerHeight];
  if (!drawn || key.some((part, i) => part !== drawn[i])) {
    drawn = key;
    if (bitmap) $("stage").style.setProperty("--aspect", `${bitmap.width} / ${bitmap.height}`);
    drawScene($("picture"), bitmap, scene, (p) => (p.id ? shortOf(p.id) : ""));
    $("picture").setAttribute("aria-label", scene ? summary(scene) : say("notLive"));
  }
  $("empty").hidden = Boolean(bitmap) || film;
  $("empty").textContent = state.note ? say(state.note) : say(state.camera === "photo" ? "single" : "waiting");
  showLive(live, still);
}

function showLive(live, still) {
  const text = still ? say("still", still.time)
    : !link.up ? say(state.route ? "offline" : "connecting")
    : live ? say("live")
    : state.slow > 1 ? say("slow")
    : state.note ? say(state.note) : say("notLive");
  const label = $("live");
  label.className = live && !still ? "live" : "live off";
  if (label.textContent !== text) label.textContent = text;
}

function summary(scene) {
  const count = (verdict) => scene.parcels.filter((p) => p.box && p.verdict === verdict).length;
  return say("sum", count("pick"), count("leave"), count("unknown"));
}

function showBanner(now) {
  const warned = state.warnings.filter((e) => e.kind === state.warnings[0].kind);
  const events = warned.length ? warned : state.cheer?.until > now ? [state.cheer.event] : [];
  $("banner").hidden = !events.length;
  if (!events.length) return;
  const [tone, mark, text] = SAID[events[0].kind](events);
  $("banner").className = `banner ${tone}`;
  $("banner-mark").textContent = mark;
  if ($("banner-text").textContent !== text) $("banner-text").textContent = text;
  $("banner-ok").textContent = say("ok");
}

function answerBanner() {
  if (state.warnings.length) forget((e) => e.kind === state.warnings[0].kind);
  else state.cheer = null;
  show();
}

function showList(live) {
  const { ride, route } = state;
  const stop = ride.open_stop, items = itemsOf(stop);
  const scene = state.still ? state.still.scene : state.scene;
  const rows = rowsOf(items, ride, scene, live || Boolean(state.still), waitingDeeds());
  const taken = rows.filter((r) => r.state === "taken" || r.state === "pending").length;
  $("stop-name").textContent = !route ? "vapr" : stop === null ? say("noStop") : say("stop", stop);
  $("progress").textContent = !route || stop === null ? "" : `✓ ${say("progress", taken, items.length)}`;
  $("list-title").textContent = say("parcels");
  showRows($("items"), rows, performance.now() / 1000 + state.offsetS, toggle);
  const following = route?.stops.find((s) => s.id === ride.next_stop);
  const next = following ? say("next", following.id, following.items.length) : "";
  $("next").textContent = [next, following?.address].filter(Boolean).join(" – ");
  $("done").hidden = !route; // of a route not known yet, nothing is done
  showButtons(stop, ride.next_stop);
}

function showButtons(stop, next) {
  $("photo").textContent = say("photo");
  $("done").disabled = stop === null && next === null;
  $("done").textContent = stop === null
    ? (next === null ? say("end") : say("begin", next))
    : (next === null ? say("doneLast") : say("done", next));
}

function label() {
  for (const [id, key] of [["mute", "mute"], ["menu", "settings"]]) $(id).setAttribute("aria-label", say(key));
  $("menu").innerHTML = icon("menu");
  const texts = {
    "start-text": "startText", "start-go": "start", "settings-title": "settings", "language-label": "language",
    "theme-label": "theme", "camera-label": "camera", "settings-close": "close", "stops-close": "close", "stops-title": "stops",
  };
  for (const [id, key] of Object.entries(texts)) $(id).textContent = say(key);
  options($("theme"), { auto: say("auto"), light: say("light"), dark: say("dark") }, choices().theme ?? "auto");
  const cameras = { phone: say("phone"), photo: say("single") };
  options($("camera"), state.route?.van_camera ? { van: say("van"), ...cameras } : cameras, state.camera);
  for (const select of document.querySelectorAll(".languages")) options(select, LANGUAGES, document.documentElement.lang);
  delete $("items").dataset.keys;
}

function options(select, names, value) {
  select.replaceChildren(...Object.entries(names).map(([key, name]) => new Option(name, key, false, key === value)));
}

function showStops() {
  const { route, ride } = state;
  $("stop-list").replaceChildren(...(route?.stops ?? []).map((stop) => {
    const button = document.createElement("button"), name = document.createElement("b"), more = document.createElement("small"), how = document.createElement("span");
    const left = stop.items.filter((i) => !ride.taken.includes(i.key)).length;
    button.className = "pick";
    name.textContent = say("stop", stop.id);
    how.textContent = ride.closed.includes(stop.id) ? `✓ ${say("allDone")}` : say("left", left);
    more.textContent = stop.address;
    button.append(name, how, more);
    if (stop.id === ride.open_stop) button.setAttribute("aria-current", "true");
    button.onclick = () => { $("stops").close(); deed("/v1/ride/open", { stop: stop.id }); };
    const row = document.createElement("li");
    row.append(button);
    return row;
  }));
  $("stops").showModal();
  $("stop-list").querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
}

/* ---- beginning ---- */

let started = false;
async function start() {
  started = true;
  allowSound();
  $("start").close();
  navigator.wakeLock?.request("screen").catch(() => {});
  if (state.camera === "phone") await setCamera("phone", false);
}

function setLanguage(code) {
  choose({ language: code });
  speak(code);
  label();
  show();
}

function setTheme(theme) {
  choose({ theme });
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function listen() {
  $("start-go").onclick = start;
  $("stop").onclick = showStops;
  $("stops-close").onclick = () => $("stops").close();
  $("menu").onclick = () => { label(); $("settings").showModal(); };
  $("settings-close").onclick = () => $("settings").close();
  $("mute").onclick = () => { choose({ muted: !choices().muted }); mute(choices().muted); show(); };
  $("done").onclick = done;
  $("photo").onclick = () => (state.still ? (state.still = null, show()) : $("file").click());
  $("file").onchange = () => { if ($("file").files[0]) photo($("file").files[0]); $("file").value = ""; };
  $("banner-ok").onclick = answerBanner;
  $("theme").onchange = () => setTheme($("theme").value);
  $("camera").onchange = () => setCamera($("camera").value);
  for (const select of document.querySelectorAll(".languages")) select.onchange = () => setLanguage(select.value);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || !started) return;
    navigator.wakeLock?.request("screen").catch(() => {});
    if (state.camera === "phone") phone.next();
  });
}

async function begin() {
  speak(choices().language ?? firstLanguage());
  setTheme(choices().theme ?? "auto");
  mute(choices().muted);
  const kept = lastRide();
  if (kept) Object.assign(state, kept);
  state.camera = choices().camera ?? "van";
  link.pictures = state.camera === "van";
  label();
  listen();
  show();
  $("start").showModal();
  navigator.serviceWorker?.register("sw.js").catch(() => {});
  await pairFromAddress().catch(() => { state.note = "pair"; });
  link.open();
  setInterval(show, 250);
  setInterval(() => { if (link.up && waitingDeeds().length) sendWaiting().catch(() => {}); }, 2000);
}

begin();
