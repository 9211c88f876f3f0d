/** The checklist: one big row per parcel of the open stop. */
import { place, say } from "./words.js";

const MARKS = { taken: "✓", pending: "✓", found: "O", seen: "…", missing: "–" };

/** State of each item: {item, state, where, seen_s}. `live` false: nothing is found. */
export function rowsOf(items, ride, scene, live, waiting) {
  return items.map((item) => {
    const queued = waiting.findLast((deed) => deed.body.key === item.key);
    const taken = queued ? queued.path.endsWith("/take") : ride.taken.includes(item.key);
    if (taken) return { item, state: queued ? "pending" : "taken" };
    const parcel = scene?.parcels.find((p) => p.id === item.id && (p.box === null || live));
    if (parcel?.verdict === "pick") return { item, state: "found", where: parcel.where };
    if (parcel?.where) return { item, state: "seen", where: parcel.where, seen_s: parcel.last_seen_s };
    return { item, state: live && scene?.checklist.found.includes(item.id) ? "found" : "missing" };
  });
}

export function showRows(list, rows, nowS, toggle) {
  const keys = rows.map((row) => row.item.key).join("\n");
  if (list.dataset.keys !== keys) {
    list.replaceChildren(...rows.map(() => emptyRow()));
    list.dataset.keys = keys;
  }
  rows.forEach((row, i) => fill(list.children[i].firstChild, row, nowS, toggle));
}

function emptyRow() {
  const row = document.createElement("li"), button = document.createElement("button");
  for (const name of ["mark", "text", "tick"]) {
    const part = document.createElement("span");
    part.className = name;
    if (name !== "text") part.setAttribute("aria-hidden", "true");
    button.append(part);
  }
  for (const name of ["end", "code", "full", "where"]) {
    const part = document.createElement("span");
    part.className = name;
    button.children[1].append(part, " ");
  }
  row.append(button);
  return row;
}

function fill(button, { item, state, where, seen_s }, nowS, toggle) {
  const taken = state === "taken" || state === "pending";
  const said = wordsOf(state, where, seen_s, nowS);
  const end = shortOf(item.id);
  const text = JSON.stringify([state, said, item.id]);
  if (button.dataset.shown === text && button.onclick) return;
  button.dataset.shown = text;
  button.className = `item ${taken ? "taken" : state === "seen" ? "missing" : state}`;
  button.setAttribute("aria-pressed", taken);
  const full = item.id === end ? "" : item.id;
  // The words that are seen, in their order: who speaks to the page says what he reads.
  button.setAttribute("aria-label", [end, item.sort_code, full, said].filter(Boolean).join(" "));
  const [mark, body, tick] = button.children;
  mark.dataset.mark = MARKS[state]; // drawn by the style: no word of the row's name
  tick.textContent = taken ? "✓" : "";
  body.children[0].textContent = end;
  body.children[1].textContent = item.sort_code;
  body.children[2].textContent = full;
  body.children[3].textContent = said;
  button.onclick = () => toggle(item, taken);
}

/** What people compare: the last four signs. */
export const shortOf = (id) => (id.length > 8 && !id.includes(" ") ? id.slice(-4) : id);

function wordsOf(state, where, seenS, nowS) {
  if (state === "found" && where) return say("foundAt", place(where));
  if (state !== "seen") return say(state);
  const minutes = Math.round((nowS - seenS) / 60);
  return say("seen", place(where), minutes < 1 ? say("now") : say("ago", minutes));
}
