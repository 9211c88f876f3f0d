/** The page's words in four languages, and how a place is called in them. */
export const LANGUAGES = { en: "English", es: "Español", de: "Deutsch", zh: "中文" };

const WORDS = {
  en: {
    stop: "Stop {0}", progress: "{0} of {1}", noStop: "No stop open", begin: "Begin stop {0}",
    done: "Done – next: stop {0}", doneLast: "Done – last stop", end: "All stops done",
    photo: "Photo", mute: "Sound and vibration off", settings: "Settings", language: "Language",
    theme: "Brightness", auto: "Automatic", light: "Light (sun)", dark: "Dark (night)",
    camera: "Camera", van: "The van's", phone: "This phone's", single: "Single photos",
    close: "Close", ok: "OK", stops: "Stops", parcels: "Parcels of this stop",
    live: "Live", notLive: "Not live – marks withdrawn", offline: "Offline – last checklist", connecting: "Connecting …", still: "Photo of {0}",
    slow: "Too slow for live marks: take a photo", waiting: "Waiting for a picture …",
    noHttps: "Live marks with this phone's camera need https. Take a photo.",
    noCamera: "No camera: allow this page to use it, or take a photo.",
    startText: "Green O: take. Red X: leave. Grey ?: not known.", start: "Start",
    found: "take it", foundAt: "take it: {0}", missing: "not seen yet", seen: "{0}, seen {1}",
    taken: "taken", pending: "taken, not sent yet", now: "just now", ago: "{0} min ago", next: "Next: stop {0}, parcels: {1}",
    all_found: "All found: {0}", all_taken: "All taken", wrong_one: "Wrong one: {0} is for stop {1}. Put it back.",
    left_behind: "Left behind: {0}", at: "{0} ({1})", sum: "{0} to take, {1} to leave, {2} not known",
    pair: "Scan the QR code that the service showed when it started.", left: "{0} left", allDone: "done", refused: "That picture cannot be used", inUse: "Another camera is filming",
  },
  es: {
    stop: "Parada {0}", progress: "{0} de {1}", noStop: "Ninguna parada abierta", begin: "Empezar parada {0}",
    done: "Hecho – sigue: parada {0}", doneLast: "Hecho – última parada", end: "Todas las paradas hechas",
    photo: "Foto", mute: "Sin sonido ni vibración", settings: "Ajustes", language: "Idioma",
    theme: "Brillo", auto: "Automático", light: "Claro (sol)", dark: "Oscuro (noche)",
    camera: "Cámara", van: "La de la furgoneta", phone: "La de este teléfono", single: "Fotos sueltas",
    close: "Cerrar", ok: "Vale", stops: "Paradas", parcels: "Paquetes de esta parada",
    live: "En vivo", notLive: "No es en vivo – marcas retiradas", offline: "Sin conexión – última lista", connecting: "Conectando …", still: "Foto de las {0}",
    slow: "Demasiado lento para marcar en vivo: haz una foto", waiting: "Esperando una imagen …",
    noHttps: "Las marcas en vivo con la cámara del teléfono necesitan https. Haz una foto.",
    noCamera: "Sin cámara: permite que esta página la use o haz una foto.",
    startText: "O verde: coger. X roja: dejar. ? gris: no se sabe.", start: "Empezar",
    found: "cógelo", foundAt: "cógelo: {0}", missing: "aún no visto", seen: "{0}, visto {1}",
    taken: "cogido", pending: "cogido, sin enviar", now: "ahora mismo", ago: "hace {0} min", next: "Sigue: parada {0}, paquetes: {1}",
    all_found: "Todos encontrados: {0}", all_taken: "Todos cogidos", wrong_one: "Equivocado: {0} es de la parada {1}. Devuélvelo.",
    left_behind: "Se queda: {0}", at: "{0} ({1})", sum: "{0} para coger, {1} para dejar, {2} sin saber",
    pair: "Escanea el código QR que mostró el servicio al arrancar.", left: "quedan {0}", allDone: "hecha", refused: "Esa imagen no sirve", inUse: "Otra cámara está grabando",
  },
  de: {
    stop: "Stopp {0}", progress: "{0} von {1}", noStop: "Kein Stopp offen", begin: "Stopp {0} beginnen",
    done: "Fertig – weiter: Stopp {0}", doneLast: "Fertig – letzter Stopp", end: "Alle Stopps fertig",
    photo: "Foto", mute: "Ton und Vibration aus", settings: "Einstellungen", language: "Sprache",
    theme: "Helligkeit", auto: "Automatisch", light: "Hell (Sonne)", dark: "Dunkel (Nacht)",
    camera: "Kamera", van: "Die im Wagen", phone: "Die dieses Telefons", single: "Einzelne Fotos",
    close: "Schließen", ok: "OK", stops: "Stopps", parcels: "Pakete dieses Stopps",
    live: "Live", notLive: "Nicht live – Marken entfernt", offline: "Offline – letzte Liste", connecting: "Verbinde …", still: "Foto von {0}",
    slow: "Zu langsam für Live-Marken: Foto machen", waiting: "Warte auf ein Bild …",
    noHttps: "Live-Marken mit der Telefonkamera brauchen https. Foto machen.",
    noCamera: "Keine Kamera: dieser Seite erlauben, sie zu nutzen, oder Foto machen.",
    startText: "Grünes O: nehmen. Rotes X: lassen. Graues ?: nicht bekannt.", start: "Start",
    found: "nehmen", foundAt: "nehmen: {0}", missing: "noch nicht gesehen", seen: "{0}, gesehen {1}",
    taken: "genommen", pending: "genommen, noch nicht gesendet", now: "gerade eben", ago: "vor {0} min", next: "Danach: Stopp {0}, Pakete: {1}",
    all_found: "Alle gefunden: {0}", all_taken: "Alle genommen", wrong_one: "Falsches Paket: {0} gehört zu Stopp {1}. Zurücklegen.",
    left_behind: "Liegen geblieben: {0}", at: "{0} ({1})", sum: "{0} nehmen, {1} lassen, {2} unbekannt",
    pair: "Den QR-Code scannen, den der Dienst beim Start gezeigt hat.", left: "noch {0}", allDone: "fertig", refused: "Dieses Bild ist nicht brauchbar", inUse: "Eine andere Kamera filmt gerade",
  },
  zh: {
    stop: "第 {0} 站", progress: "{0} / {1}", noStop: "没有打开的站点", begin: "开始第 {0} 站",
    done: "完成 – 下一站：{0}", doneLast: "完成 – 最后一站", end: "所有站点已完成",
    photo: "拍照", mute: "关闭声音和振动", settings: "设置", language: "语言",
    theme: "亮度", auto: "自动", light: "亮（阳光）", dark: "暗（夜间）",
    camera: "摄像头", van: "车上的", phone: "本手机的", single: "单张照片",
    close: "关闭", ok: "好", stops: "站点", parcels: "本站包裹",
    live: "实时", notLive: "非实时 – 标记已撤下", offline: "离线 – 上次的清单", connecting: "正在连接…", still: "{0} 的照片",
    slow: "太慢，无法实时标记：请拍照", waiting: "等待画面…",
    noHttps: "用本手机摄像头实时标记需要 https。请拍照。",
    noCamera: "没有摄像头：请允许本页使用摄像头，或拍照。",
    startText: "绿色 O：拿走。红色 X：留下。灰色 ?：未知。", start: "开始",
    found: "拿走", foundAt: "拿走：{0}", missing: "尚未看到", seen: "{0}，{1}看到",
    taken: "已拿", pending: "已拿，尚未发送", now: "刚才", ago: "{0} 分钟前", next: "下一站：{0}，{1} 件",
    all_found: "全部找到：{0} 件", all_taken: "全部已拿", wrong_one: "拿错了：{0} 属于第 {1} 站。请放回。",
    left_behind: "遗漏：{0}", at: "{0}（{1}）", sum: "拿 {0} 件，留 {1} 件，未知 {2} 件",
    pair: "请扫描服务启动时显示的二维码。", left: "剩 {0} 件", allDone: "已完成", refused: "这张图片无法使用", inUse: "另一个摄像头正在拍摄",
  },
};

// vapr names a place by thirds of the picture; names given to shelf areas stay as given.
const PLACES = {
  es: { upper: "arriba", middle: "en medio", lower: "abajo", left: "izquierda", right: "derecha", centre: "centro de la imagen" },
  de: { upper: "oben", middle: "Mitte", lower: "unten", left: "links", right: "rechts", centre: "Bildmitte" },
  zh: { upper: "上", middle: "中", lower: "下", left: "左", right: "右", centre: "画面中央" },
};

let language = "en";

export function firstLanguage() {
  const known = navigator.languages.map((l) => l.slice(0, 2)).find((l) => l in WORDS);
  return known ?? "en";
}

export function speak(code) {
  language = code in WORDS ? code : "en";
  document.documentElement.lang = language;
}

export function say(key, ...values) {
  return WORDS[language][key].replace(/\{(\d)\}/g, (_, i) => values[i]);
}

export function place(where) {
  const words = PLACES[language];
  if (!words || !where) return where ?? "";
  if (where === "middle of the picture") return words.centre;
  const [row, column, ...more] = where.split(" ");
  if (more.length || !(row in words) || !(column in words)) return where;
  return language === "zh" ? words[column] + words[row] : `${words[row]} ${words[column]}`;
}
