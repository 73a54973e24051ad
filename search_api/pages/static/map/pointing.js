/** Which paper is pointed at, by pointer or keys: a ring around its point, a card beside it. */

import { failure } from "./fetching.js";

export const POINTER = 8; // CSS pixels around the pointer in which a point counts as meant
export const FINGER = 20;
const HOVER_MS = 80; // until a paper under a moving pointer is fetched
const LINGER_MS = 250; // for the way from a point to its card
const NEAREST = 50; // papers to step through without results

export class Pointing {
  /** `parts`: grid, view, scene, camera, hits, papers, card, ring, live (the live region), link(id). */
  constructor(parts) {
    Object.assign(this, parts);
    this.place = -1; // of the point that is meant
    this.paper = null; // behind it, once it has come
    this.card.root.addEventListener("pointerleave", () => this.leave());
  }

  /** The place of the point that a pixel means, or −1; a result, as it lies on top, before others. */
  under(x, y, reach) {
    const { grid, view, scene } = this;
    const [mapX, mapY] = [view.mapX(x), view.mapY(y)];
    const near = (place) => Math.hypot(grid.x[place] - mapX, grid.y[place] - mapY) * view.scale <= reach + 2;
    const seen = (place) => scene.isolated < 0 || scene.kinds[place] === scene.isolated;
    return this.hits.find(near) ?? grid.nearest(mapX, mapY, (reach + scene.radius) / view.scale, seen);
  }

  /** Fetch and show a paper, after `delay` ms; `say`: in the live region, too. */
  async select(place, { delay = 0, say = false } = {}) {
    clearTimeout(this.leaving);
    if (place === this.place && (this.paper || place < 0)) return;
    this.place = place;
    this.paper = null;
    this.papers.forget();
    this.card.hide();
    this.ring.hidden = place < 0;
    this.ring.classList.toggle("map-result", this.hits.includes(place));
    if (place < 0) return;
    this.follow();
    let text;
    try {
      const paper = await this.papers.get(this.grid.rows[place], delay);
      if (place !== this.place) return;
      this.paper = paper;
      const rank = this.hits.indexOf(place) + 1;
      this.card.showPaper(paper, this.link(paper.id), rank);
      text = `${rank ? `Result ${rank} of ${this.hits.length}: ` : ""}${paper.title}. Enter opens it.`;
    } catch (error) {
      if (error.name === "AbortError" || place !== this.place) return;
      text = failure(error);
      this.card.showText(text);
    }
    if (say) this.live.textContent = text;
    this.follow();
  }

  hover(x, y) {
    const place = this.under(x, y, POINTER);
    if (place < 0) this.leave();
    else if (place === this.place) clearTimeout(this.leaving);
    else this.select(place, { delay: HOVER_MS });
    return place >= 0;
  }

  leave() {
    clearTimeout(this.leaving);
    this.leaving = setTimeout(() => {
      if (!this.card.root.matches(":hover, :focus-within")) this.select(-1);
    }, LINGER_MS);
  }

  /** A finger first shows a paper, then opens it. */
  async tap(x, y, event) {
    const touch = event.pointerType === "touch";
    const place = this.under(x, y, touch ? FINGER : POINTER);
    const known = place === this.place && this.paper;
    await this.select(place);
    if (place === this.place && (known || !touch)) this.open(event);
  }

  open(event) {
    if (!this.paper) return;
    const href = this.link(this.paper.id);
    if (event?.ctrlKey || event?.metaKey) window.open(href, "_blank", "noopener");
    else location.assign(href);
  }

  atMiddle() {
    const { width, height } = this.view;
    this.steps = null;
    this.select(this.under(width / 2, height / 2, FINGER), { delay: HOVER_MS, say: true });
  }

  /** The next (1) or the last (−1) of the results, or of the papers nearest to the middle of what is seen. */
  step(way) {
    const { grid, view } = this;
    if (!this.steps?.includes(this.place)) this.steps = this.hits.length ? this.hits : this.nearest();
    const { steps } = this;
    if (!steps.length) return;
    const at = steps.indexOf(this.place);
    const next = at < 0 ? (way > 0 ? 0 : steps.length - 1) : (at + way + steps.length) % steps.length;
    const place = steps[next];
    const [x, y] = [view.screenX(grid.x[place]), view.screenY(grid.y[place])];
    const outside = x < FINGER || y < FINGER || x > view.width - FINGER || y > view.height - FINGER;
    if (outside) this.camera.to(grid.x[place], grid.y[place], view.zoom);
    this.select(place, { say: true });
  }

  nearest() {
    const { x, y, width, height, scale } = this.view;
    const taken = new Set();
    for (let place; taken.size < NEAREST && place !== -1;) {
      place = this.grid.nearest(x, y, Math.min(width, height) / 2 / scale, (other) => !taken.has(other));
      if (place >= 0) taken.add(place);
    }
    return [...taken];
  }

  /** Ring and card go where their point goes, and go when it leaves. */
  follow() {
    if (this.place < 0) return;
    const { grid, view, place } = this;
    const [x, y] = [view.screenX(grid.x[place]), view.screenY(grid.y[place])];
    if (x < 0 || y < 0 || x > view.width || y > view.height) {
      this.select(-1);
      return;
    }
    this.ring.style.transform = `translate(${x}px, ${y}px)`;
    this.card.place(x, y, view.width, view.height);
  }
}
