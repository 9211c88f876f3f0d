/** A scene on its picture: picks shout, everything else is quiet; shape with colour. */
const GREEN = "#3cff6e", RED = "#ec4044", GREY = "#acb2b8", INK = "#0c0e12";

/**
 * @param canvas where to draw; takes the picture's size, so boxes need no scaling
 * @param picture what the scene was found in, or null
 * @param scene the scene, or null where no mark may be shown
 * @param words (parcel) => short text for a pick
 */
export function drawScene(canvas, picture, scene, words) {
  if (!picture) return;
  const [width, height] = scene ? scene.size : [picture.width, picture.height];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const g = canvas.getContext("2d");
  const shown = canvas.getBoundingClientRect();
  const scale = Math.max(width / (shown.width || width), height / (shown.height || height));
  g.filter = "none";
  const parcels = scene ? scene.parcels.filter((p) => p.box) : [];
  const picks = parcels.filter((p) => p.verdict === "pick");
  g.drawImage(picture, 0, 0, width, height);
  if (!scene) return;
  if (picks.length) {
    g.fillStyle = "#0009";
    g.fillRect(0, 0, width, height);
    for (const { box: [x1, y1, x2, y2] } of picks) {
      g.save();
      g.beginPath();
      g.rect(x1, y1, x2 - x1, y2 - y1);
      g.clip();
      g.drawImage(picture, 0, 0, width, height);
      g.restore();
    }
  }
  for (const parcel of parcels) if (parcel.verdict !== "pick") quiet(g, parcel, scale);
  for (const parcel of picks) outline(g, parcel.box, scale);
  for (const parcel of picks) pick(g, parcel, words(parcel), scale, [width, height]);
}

function quiet(g, { box, verdict }, scale) {
  const [x, y] = middle(box), r = radius(box, 9, 15, scale);
  const path = new Path2D();
  if (verdict === "leave") {
    path.moveTo(x - r, y - r); path.lineTo(x + r, y + r);
    path.moveTo(x + r, y - r); path.lineTo(x - r, y + r);
    stroke(g, path, RED, r * 0.5);
    return;
  }
  g.font = `800 ${r * 2.1}px system-ui, sans-serif`;
  g.textAlign = "center";
  g.textBaseline = "middle";
  g.lineWidth = r * 0.5;
  g.strokeStyle = INK;
  g.strokeText("?", x, y);
  g.fillStyle = GREY;
  g.fillText("?", x, y);
}

function outline(g, [x1, y1, x2, y2], scale) {
  const path = new Path2D();
  path.rect(x1, y1, x2 - x1, y2 - y1);
  stroke(g, path, GREEN, 4 * scale);
}

function pick(g, { box }, text, scale, size) {
  const [x, y] = middle(box), r = radius(box, 15, 30, scale);
  const ring = new Path2D();
  ring.arc(x, y, r, 0, 7);
  stroke(g, ring, GREEN, r * 0.34);
  if (text) tag(g, text, box, scale, size);
}

/** The last digits, above the parcel where there is room, else below. */
function tag(g, text, [x1, y1, x2, y2], scale, [width, height]) {
  const em = 19 * scale;
  g.font = `800 ${em}px system-ui, sans-serif`;
  const w = g.measureText(text).width + em * 0.6, h = em * 1.3;
  const x = Math.min(Math.max((x1 + x2 - w) / 2, 0), width - w);
  const y = y1 - h - 3 * scale >= 0 ? y1 - h - 3 * scale : Math.min(y2 + 3 * scale, height - h);
  g.fillStyle = GREEN;
  g.fillRect(x, y, w, h);
  g.fillStyle = INK;
  g.textAlign = "center";
  g.textBaseline = "middle";
  g.fillText(text, x + w / 2, y + h * 0.54);
}

function stroke(g, path, color, width) {
  g.lineCap = "round";
  g.lineJoin = "round";
  g.strokeStyle = INK;
  g.lineWidth = width * 1.8;
  g.stroke(path);
  g.strokeStyle = color;
  g.lineWidth = width;
  g.stroke(path);
}

const middle = ([x1, y1, x2, y2]) => [(x1 + x2) / 2, (y1 + y2) / 2];

function radius([x1, y1, x2, y2], least, most, scale) {
  const third = Math.min(x2 - x1, y2 - y1) / 3.2 / scale;
  return Math.min(Math.max(third, least), most) * scale;
}
