/** What a driver hears and feels: each event sounds different, not only louder. */
const TUNES = {
  all_found: { notes: [[660, 0.12], [880, 0.12], [1320, 0.22]], wave: "sine", shake: [60, 60, 60] },
  wrong_one: { notes: [[150, 0.28], [0, 0.08], [150, 0.28], [0, 0.08], [150, 0.4]], wave: "sawtooth", shake: [400, 120, 400, 120, 400] },
  left_behind: { notes: [[900, 0.18], [600, 0.18], [900, 0.18], [600, 0.18], [900, 0.3]], wave: "square", shake: [150, 80, 150, 80, 150, 80, 600] },
  taken: { notes: [[1000, 0.06]], wave: "sine", shake: [30] },
};
let audio = null;
let muted = false;

/** Browsers let a page sound only after a touch. */
export function allowSound() {
  audio ??= new AudioContext();
  audio.resume();
}

export function mute(off) {
  muted = off;
}

export function cue(kind) {
  const tune = TUNES[kind];
  if (!tune) return;
  document.dispatchEvent(new CustomEvent("cue", { detail: { kind, muted } }));
  if (muted) return;
  navigator.vibrate?.(tune.shake);
  if (audio) play(tune);
}

function play({ notes, wave }) {
  let at = audio.currentTime + 0.02;
  for (const [pitch, length] of notes) {
    if (pitch) note(pitch, wave, at, length);
    at += length;
  }
}

function note(pitch, wave, at, length) {
  const tone = audio.createOscillator(), level = audio.createGain();
  tone.type = wave;
  tone.frequency.value = pitch;
  level.gain.setValueAtTime(0.0001, at);
  level.gain.exponentialRampToValueAtTime(wave === "sine" ? 0.6 : 0.35, at + 0.015);
  level.gain.exponentialRampToValueAtTime(0.0001, at + length);
  tone.connect(level).connect(audio.destination);
  tone.start(at);
  tone.stop(at + length);
}
