/** The service: a WebSocket that comes back by itself, and deeds over HTTP. */
const SILENT_MS = 3500;

export class Link {
  /** @param on {message, picture, up, down, unpaired} callbacks */
  constructor(on) {
    this.on = on;
    this.pictures = false;
    this.seq = null;
    this.tries = 0;
    setInterval(() => this.watch(), 500);
  }

  get up() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  open() {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/v1/ws`);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.heard = performance.now();
    socket.onopen = () => {
      this.tries = 0;
      this.hello();
      this.on.up();
    };
    socket.onmessage = ({ data }) => {
      this.heard = performance.now();
      if (typeof data === "string") this.take(JSON.parse(data));
      else this.on.picture(new Blob([data], { type: "image/jpeg" }));
    };
    socket.onclose = () => this.lost(socket);
  }

  take(message) {
    if (message.v !== 1) return;
    if (message.type === "events") this.seq = message.events.at(-1).seq;
    this.on.message(message);
  }

  hello() {
    const after = this.seq === null ? {} : { after: this.seq };
    this.send({ type: "hello", pictures: this.pictures, ...after });
  }

  want(pictures) {
    this.pictures = pictures;
    if (this.up) this.send({ type: "hello", pictures });
  }

  send(message) {
    if (this.up) this.socket.send(JSON.stringify({ v: 1, ...message }));
  }

  frame(name, blob) {
    this.send({ type: "frame", name });
    if (this.up) this.socket.send(blob);
  }

  /** A connection that says nothing, not even its beat, is none. */
  watch() {
    if (this.socket && this.up && performance.now() - this.heard > SILENT_MS) {
      const dead = this.socket;
      dead.onclose = null;
      dead.close();
      this.lost(dead);
    }
  }

  lost(socket) {
    if (socket !== this.socket) return;
    this.socket = null;
    this.on.down();
    const wait = Math.min(500 * 2 ** this.tries++, 5000);
    setTimeout(() => this.open(), wait);
  }
}

/** The answer's JSON; throws {status, code} when refused, TypeError when offline. */
export async function call(path, body) {
  const options = body === undefined ? {} : { method: "POST", body };
  if (body !== undefined && !(body instanceof FormData)) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  const answer = await fetch(path, options);
  if (answer.status === 204) return null;
  const value = await answer.json();
  if (!answer.ok) throw { status: answer.status, code: value.code };
  return value;
}

/** Trade the token behind the # for a cookie that scripts cannot read. */
export async function pairFromAddress() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!token) return;
  history.replaceState(null, "", location.pathname);
  await call("/pair", { token });
}
