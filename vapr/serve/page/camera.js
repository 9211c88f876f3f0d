/** This phone's camera as frames, each sent when the one before was answered. */
const QUALITY = 0.85;
const GIVE_UP_MS = 6000;

export class PhoneCamera {
  /** @param video where it is shown; @param send (name, blob) => void */
  constructor(video, send) {
    this.video = video;
    this.send = send;
    this.kept = new Map();
    this.number = 0;
  }

  async start() {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } },
    });
    this.video.srcObject = stream;
    await this.video.play();
    this.running = true;
    this.next();
  }

  stop() {
    this.running = false;
    clearTimeout(this.timer);
    this.video.srcObject?.getTracks().forEach((track) => track.stop());
    this.video.srcObject = null;
    this.kept.clear();
  }

  async next() {
    clearTimeout(this.timer);
    if (!this.running) return;
    this.timer = setTimeout(() => this.next(), GIVE_UP_MS);
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width || document.hidden) return;
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext("2d").drawImage(this.video, 0, 0);
    const taken = performance.now(), name = `p${++this.number}`;
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
    this.kept.set(name, { picture: canvas, taken });
    for (const old of [...this.kept.keys()].slice(0, -3)) this.kept.delete(old);
    this.send(name, blob);
  }

  /** The frame a scene was found in; the next one is sent. */
  answered(name, pauseMs = 0) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.next(), pauseMs);
    return this.kept.get(name);
  }
}
