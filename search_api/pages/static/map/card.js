/** The card beside a point: what paper it is, with a link to it. */

import { element } from "./dom.js";
import { authors } from "./words.js";

const AWAY = 14; // CSS pixels from the point
const EDGE = 6;

export class Card {
  constructor() {
    this.root = element("div", { class: "map-card", hidden: true });
  }

  hide() { this.root.hidden = true; }

  showPaper(paper, href, rank) {
    const where = [paper.year, paper.venue].filter(Boolean).join(" · ");
    this.fill(
      element("a", { href, class: "map-card-title" }, paper.title),
      ...[authors(paper.authors ?? []), where, rank && `Result ${rank}`].filter(Boolean).map((text) => element("p", {}, text)),
    );
  }

  showText(text) { this.fill(element("p", {}, text)); }

  fill(...children) {
    this.root.replaceChildren(...children);
    this.root.hidden = false;
    this.width = this.root.offsetWidth;
    this.height = this.root.offsetHeight;
  }

  /** Beside (x, y) and inside a stage of this size: above the point where there is room. */
  place(x, y, stageWidth, stageHeight) {
    if (this.root.hidden) return;
    const left = Math.max(EDGE, Math.min(stageWidth - this.width - EDGE, x - this.width / 2));
    const above = y - this.height - AWAY;
    const top = above >= EDGE ? above : Math.min(stageHeight - this.height - EDGE, y + AWAY);
    this.root.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}
