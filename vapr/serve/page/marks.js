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
  const { taken } = scene?.checklist ?? { taken: [] };
  const picks = parcels.filter((p) => p.verdict === "pick" && !taken.includes(p.id));
  g.drawImage(picture, 0, 0, width, height);
  if (!scene) return;
  if (picks.length) {
    g.fillStyle = "#0009";
    g.fillRect(0, 0, width, height);
    for (const [x1, y1, x2, y2] of picks.map(frame)) {
      g.save();
      g.beginPath();
      g.rect(x1, y1, x2 - x1, y2 - y1);
      g.clip();
      g.drawImage(picture, 0, 0, width, height);
      g.restore();
    }
  }
  for (const parcel of parcels) if (!picks.includes(parcel)) quiet(g, parcel, scale);
  for (const parcel of picks) outline(g, frame(parcel), scale);
  const rings = picks.map((parcel) => ring(g, parcel, scale)), marks = rings.map(square);
  picks.forEach((parcel, i) => {
    const text = words(parcel), others = picks.filter((p) => p !== parcel).map(frame);
    if (text) marks.push(tag(g, text, [frame(parcel), square(rings[i])], scale, [marks, others]));
  });
}

function quiet(g, parcel, scale) {
  const { verdict } = parcel, r = radius(frame(parcel), 9, 15, scale);
  const [x, y] = inside(g.canvas, spot(parcel), r * 1.5);
  const path = new Path2D();
  if (verdict === "leave") {
    path.moveTo(x - r, y - r); path.lineTo(x + r, y + r);
    path.moveTo(x + r, y - r); path.lineTo(x - r, y + r);
    stroke(g, path, RED, r * 0.5);
    return;
  }
  const sign = verdict === "pick" ? "✓" : "?"; // a pick among these is taken already
  g.font = `800 ${r * 2.1}px system-ui, sans-serif`;
  g.textAlign = "center";
  g.textBaseline = "middle";
  g.lineWidth = r * 0.5;
  g.strokeStyle = INK;
  g.strokeText(sign, x, y);
  g.fillStyle = GREY;
  g.fillText(sign, x, y);
}

function outline(g, [x1, y1, x2, y2], scale) {
  const path = new Path2D(), line = 4 * scale;
  const [left, top] = inside(g.canvas, [x1, y1], line), [right, bottom] = inside(g.canvas, [x2, y2], line);
  path.rect(left, top, right - left, bottom - top);
  stroke(g, path, GREEN, line);
}

function ring(g, parcel, scale) {
  const r = radius(frame(parcel), 15, 30, scale);
  const [x, y] = inside(g.canvas, spot(parcel), r * 1.4);
  const path = new Path2D();
  path.arc(x, y, r, 0, 7);
  stroke(g, path, GREEN, r * 0.34);
  return [x, y, r * 1.3];
}

/**
 * The last digits: above the parcel, below it or inside, where they hide no other's mark
 * and do not lie on another pick; where there is no such place, only hide no mark.
 */
function tag(g, text, [[x1, y1, x2, y2], own], scale, [marks, others]) {
  const { width, height } = g.canvas, em = 19 * scale, gap = 3 * scale;
  g.font = `800 ${em}px system-ui, sans-serif`;
  const w = g.measureText(text).width + em * 0.6, h = em * 1.3;
  const x = clamp((x1 + x2 - w) / 2, width - w);
  const above = Math.min(y1, own[1]) - h - gap, below = Math.max(y2, own[3]) + gap;
  const rows = [above, below, y1 + gap, y2 - h - gap, y1 + h + 2 * gap, below + h + gap];
  const place = (y) => [x, y, x + w, y + h];
  const free = (from) => (y) => y >= 0 && y + h <= height && from.every((box) => !meets(box, place(y)));
  const y = rows.find(free([...marks, ...others])) ?? rows.find(free(marks)) ?? clamp(above, height - h);
  g.fillStyle = GREEN;
  g.fillRect(x, y, w, h);
  g.fillStyle = INK;
  g.textAlign = "center";
  g.textBaseline = "middle";
  g.fillText(text, x + w / 2, y + h * 0.54);
  return place(y);
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

const clamp = (value, most) => Math.min(Math.max(value, 0), most);
/** A point moved so far into the picture that what is drawn around it is not cut off. */
const inside = ({ width, height }, [x, y], margin) => [
  margin + clamp(x - margin, width - 2 * margin), margin + clamp(y - margin, height - 2 * margin),
];
const meets = ([x1, y1, x2, y2], [a1, b1, a2, b2]) => x1 < a2 && a1 < x2 && y1 < b2 && b1 < y2;
const square = ([x, y, r]) => [x - r, y - r, x + r, y + r];
/** Around a parcel, or around its label while its box may be another's. */
const frame = (parcel) => parcel.outline ?? parcel.box;
/** A mark belongs on the code that names its parcel. */
const place = (label) => label.mark ?? label.quad;
const spot = ({ label, box }) => (label ? middle([...place(label)[0], ...place(label)[2]]) : middle(box));
const middle = ([x1, y1, x2, y2]) => [(x1 + x2) / 2, (y1 + y2) / 2];

function radius([x1, y1, x2, y2], least, most, scale) {
  const third = Math.min(x2 - x1, y2 - y1) / 3.2 / scale;
  return Math.min(Math.max(third, least), most) * scale;
}
