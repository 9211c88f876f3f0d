/** What outlives the page: choices, the last checklist (ids only), deeds not yet sent. */
const read = (key, other) => {
  try {
    return JSON.parse(localStorage.getItem(`vapr.${key}`)) ?? other;
  } catch {
    return other;
  }
};
const write = (key, value) => {
  try {
    localStorage.setItem(`vapr.${key}`, JSON.stringify(value));
  } catch { /* full or forbidden: the page works without */ }
};

export const choices = () => read("choices", {});
export const choose = (change) => write("choices", { ...choices(), ...change });

export function keepRide(route, ride) {
  const stops = route.stops.map(({ id, items }) => ({ id, items, address: "", window: null }));
  write("ride", { route: { ...route, stops }, ride });
}
export const lastRide = () => read("ride", null);

export const waitingDeeds = () => read("deeds", []);
export const keepDeeds = (deeds) => write("deeds", deeds);
