/** Which part of the map is seen: a centre in map units, a zoom (1 is the whole map), a size in CSS pixels. */

const CLOSEST = 400;
const MARGIN = 28; // CSS pixels that the whole map leaves free at each edge, for discs and labels

export class View {
  constructor(bounds) {
    this.bounds = bounds;
    this.width = this.height = 1;
    this.set(...this.home);
  }

  /** The whole map. */
  get home() {
    const { left, right, bottom, top } = this.bounds;
    return [(left + right) / 2, (bottom + top) / 2, 1];
  }

  resize(width, height) {
    this.width = width;
    this.height = height;
  }

  /** CSS pixels per map unit. */
  get scale() {
    const { left, right, bottom, top } = this.bounds;
    const across = Math.max(1, this.width - 2 * MARGIN) / Math.max(right - left, 1e-6);
    const down = Math.max(1, this.height - 2 * MARGIN) / Math.max(top - bottom, 1e-6);
    return Math.min(across, down) * this.zoom;
  }

  screenX(x) { return this.width / 2 + (x - this.x) * this.scale; }
  screenY(y) { return this.height / 2 - (y - this.y) * this.scale; }
  mapX(pixel) { return this.x + (pixel - this.width / 2) / this.scale; }
  mapY(pixel) { return this.y - (pixel - this.height / 2) / this.scale; }

  /** Let the centre stay over the papers, so that nobody gets lost in the void. */
  set(x, y, zoom) {
    const { left, right, bottom, top } = this.bounds;
    this.x = Math.min(right, Math.max(left, x));
    this.y = Math.min(top, Math.max(bottom, y));
    this.zoom = Math.min(CLOSEST, Math.max(1, zoom));
  }

  /** Where a zoom about a pixel leads: what lies under the pixel stays there. */
  zoomed(pixelX, pixelY, factor) {
    const zoom = Math.min(CLOSEST, Math.max(1, this.zoom * factor));
    const kept = this.zoom / zoom;
    const x = this.mapX(pixelX);
    const y = this.mapY(pixelY);
    return [x + (this.x - x) * kept, y + (this.y - y) * kept, zoom];
  }

  /** A part of the way from one view to another; a pixel that both have in common stays in place. */
  between([x1, y1, zoom1], [x2, y2, zoom2], part) {
    const zoom = zoom1 * (zoom2 / zoom1) ** part;
    const moved = zoom1 === zoom2 ? part : (1 - zoom1 / zoom) / (1 - zoom1 / zoom2);
    this.set(x1 + (x2 - x1) * moved, y1 + (y2 - y1) * moved, zoom);
  }

  /** `x,y,zoom` for the address; "" for the whole map. */
  toString() {
    const [x, y] = this.home;
    if (this.zoom < 1.001 && Math.hypot(this.x - x, this.y - y) < 1e-4) return "";
    return `${+this.x.toFixed(4)},${+this.y.toFixed(4)},${+this.zoom.toFixed(2)}`;
  }

  parse(text) {
    const numbers = (text ?? "").split(",").map(Number);
    if (numbers.length === 3 && numbers.every(Number.isFinite)) this.set(...numbers);
  }
}
