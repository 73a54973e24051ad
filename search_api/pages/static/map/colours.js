/** What colour a point has: kinds (a number per point) and a colour per kind, by topic, category or year. */

const HUES = 10; // --map-0 … --map-9 in map.css
const CATEGORIES = 8; // with a hue of their own; the rest are "other"

/** The columns of the points, one after the other: n × float32 x, y; n × int16 year, category, topic. */
export function readPoints(buffer) {
  const n = buffer.byteLength / 14;
  if (!Number.isInteger(n)) throw new RangeError(`${buffer.byteLength} bytes are no whole number of points`);
  return {
    x: new Float32Array(buffer, 0, n),
    y: new Float32Array(buffer, 4 * n, n),
    year: new Int16Array(buffer, 8 * n, n),
    category: new Int16Array(buffer, 10 * n, n),
    topic: new Int16Array(buffer, 12 * n, n),
  };
}

/** `kinds` by place in the grid; `entries`: what a kind is called, its CSS colour, how many papers it has. */
export function colouring(by, meta, points, grid) {
  const { kindOf, entries } = { topic: byTopic, category: byCategory, year: byYear }[by](meta, points);
  const kinds = new Uint16Array(grid.length);
  for (let place = 0; place < kinds.length; place++) {
    const kind = kindOf(grid.rows[place]);
    kinds[place] = kind;
    entries[kind].papers++;
  }
  return { by, kinds, entries };
}

function byTopic(meta, { topic }) {
  const none = meta.topics.length;
  const hues = spreadHues(meta.topics);
  const entries = meta.topics.map((about, i) => ({ name: about.label, css: hue(hues[i]), papers: 0, about }));
  entries.push({ name: "No topic", css: "var(--map-none)", papers: 0 });
  return { kindOf: (row) => (topic[row] >= 0 && topic[row] < none ? topic[row] : none), entries };
}

/** Where there are more topics than hues, those that share one are to lie far apart. */
function spreadHues(topics) {
  const taken = [];
  topics.forEach((topic, i) => {
    const room = new Array(HUES).fill(Infinity);
    taken.forEach((hue, j) => {
      const distance = Math.hypot(topic.x - topics[j].x, topic.y - topics[j].y);
      room[hue] = Math.min(room[hue], distance);
    });
    taken[i] = i < HUES ? i : room.indexOf(Math.max(...room));
  });
  return taken;
}

function byCategory(meta, { category }) {
  const counts = new Array(meta.categories.length).fill(0);
  for (const index of category) if (index >= 0 && index < counts.length) counts[index]++;
  const common = [...counts.keys()].sort((a, b) => counts[b] - counts[a]).slice(0, CATEGORIES);
  const entries = common.map((index, i) => ({ name: meta.categories[index], css: hue(i), papers: 0 }));
  entries.push({ name: "Other or none", css: "var(--map-none)", papers: 0 });
  const kindOfIndex = counts.map((_, index) => (common.includes(index) ? common.indexOf(index) : common.length));
  return { kindOf: (row) => kindOfIndex[category[row]] ?? common.length, entries };
}

function byYear(meta, { year }) {
  const [first, last] = meta.years ?? [0, -1];
  const entries = [];
  const counts = new Array(last - first + 1).fill(0);
  for (const y of year) if (y) counts[Math.min(last, Math.max(first, y)) - first]++;
  const known = Math.max(1, counts.reduce((sum, papers) => sum + papers, 0));
  let before = 0;
  for (let y = first; y <= last; y++) {
    // By how many papers are older: where most are recent, equal steps by year would give them all one colour.
    const part = (before + counts[y - first] / 2) / known;
    before += counts[y - first];
    const [from, to, share] = part < 0.5 ? ["early", "middle", part * 2] : ["middle", "late", part * 2 - 1];
    const css = `color-mix(in srgb, var(--map-${to}) ${(100 * share).toFixed(1)}%, var(--map-${from}))`;
    entries.push({ name: `${y}`, css, papers: 0 });
  }
  const unknown = entries.push({ name: "Unknown", css: "var(--map-none)", papers: 0 }) - 1;
  const kindOf = (row) => (year[row] ? Math.min(unknown - 1, Math.max(0, year[row] - first)) : unknown);
  return { kindOf: unknown ? kindOf : () => unknown, entries };
}

function hue(i) { return `var(--map-${i})`; }

/** CSS colours as the pixels of an image hold them, as they are where `root` is, in its theme. Painted and read
 * back, as a browser may give a mixed colour in a notation of its own. */
export function resolve(root, css) {
  const probe = root.appendChild(document.createElement("i"));
  const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const resolved = css.map((colour) => {
    probe.style.color = colour;
    pixel.fillStyle = getComputedStyle(probe).color;
    pixel.fillRect(0, 0, 1, 1);
    const [red, green, blue] = pixel.getImageData(0, 0, 1, 1).data;
    return pack(red, green, blue);
  });
  probe.remove();
  return Int32Array.from(resolved);
}

export function pack(red, green, blue) { return (255 << 24) | (blue << 16) | (green << 8) | red; }

export function mix(colour, other, share) {
  const channel = (shift) => Math.round(((colour >> shift) & 255) * share + ((other >> shift) & 255) * (1 - share));
  return pack(channel(0), channel(8), channel(16));
}
