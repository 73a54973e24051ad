/** The names of topics on the map: larger topics first, none over another, more of them the closer one looks. */

const LONGEST = 30; // characters
const GAP = 6; // CSS pixels around each

export class Labels {
  constructor(topics, context) {
    const most = Math.max(1, ...topics.map((topic) => topic.papers));
    this.context = context;
    this.family = getComputedStyle(context.canvas).fontFamily;
    this.all = [...topics].map((topic, index) => {
      const size = Math.round(12 + 4 * Math.sqrt(topic.papers / most));
      const font = `600 ${size}px ${this.family}`;
      context.font = font;
      const text = shorten(topic.label);
      return { index, text, font, size, width: context.measureText(text).width, topic };
    }).sort((a, b) => b.topic.papers - a.topic.papers);
    this.boxes = new Float32Array(4 * topics.length); // kept, so that a frame allocates nothing
  }

  /** `only`: the one topic to name, or −1 for all. The context's units are CSS pixels. */
  draw(view, ink, halo, only) {
    const { context, boxes } = this;
    let drawn = 0;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 4;
    context.strokeStyle = halo;
    context.fillStyle = ink;
    for (const label of this.all) {
      if (only >= 0 && label.index !== only) continue;
      let x = view.screenX(label.topic.x);
      const y = view.screenY(label.topic.y);
      if (x < 0 || x > view.width || y < label.size || y > view.height - label.size) continue;
      const half = label.width / 2 + GAP;
      x = Math.max(half, Math.min(view.width - half, x)); // not cut off at an edge
      const tall = label.size / 2 + GAP;
      if (this.meets(drawn, x - half, y - tall, x + half, y + tall)) continue;
      const box = 4 * drawn++;
      boxes[box] = x - half;
      boxes[box + 1] = y - tall;
      boxes[box + 2] = x + half;
      boxes[box + 3] = y + tall;
      context.font = label.font;
      context.strokeText(label.text, x, y);
      context.fillText(label.text, x, y);
    }
  }

  meets(drawn, left, top, right, bottom) {
    const { boxes } = this;
    for (let i = 0; i < 4 * drawn; i += 4) {
      if (left < boxes[i + 2] && right > boxes[i] && top < boxes[i + 3] && bottom > boxes[i + 1]) return true;
    }
    return false;
  }
}

/** Whole terms, as many as there is room for; the legend has them all. One that is too long is cut. */
function shorten(text) {
  const terms = text.split(", ");
  while (terms.length > 1 && terms.join(", ").length > LONGEST) terms.pop();
  const name = terms.join(", ");
  return name.length <= LONGEST ? name : `${name.slice(0, LONGEST).replace(/\s*\S*$/, "") || name.slice(0, LONGEST)}…`;
}
