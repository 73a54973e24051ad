/** Moves the view, and keeps in the address where it is. */

const REST_MS = 200; // without a move; browsers count how often an address changes
const GLIDE_MS = 180;

export class Camera {
  /** `changed()` is called when there is something to paint. */
  constructor(view, changed) {
    Object.assign(this, { view, changed });
    this.moving = false; // more moves are likely to follow
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    view.parse(new URLSearchParams(location.search).get("at"));
  }

  moved() {
    this.moving = true;
    this.changed();
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.moving = false;
      this.changed(); // sharply, if it was drawn in haste
      keepInAddress("at", this.view.toString());
    }, REST_MS);
  }

  to(x, y, zoom) {
    cancelAnimationFrame(this.gliding);
    this.view.set(x, y, zoom);
    this.moved();
  }

  pan(right, down) {
    const { x, y, zoom, scale } = this.view;
    this.to(x - right / scale, y + down / scale, zoom);
  }

  zoom(x, y, factor, smoothly) {
    const to = this.view.zoomed(x, y, factor);
    if (smoothly) this.glide(to);
    else this.to(...to);
  }

  /** Zoom about the middle. */
  closer(factor) { this.zoom(this.view.width / 2, this.view.height / 2, factor, true); }

  whole() { this.glide(this.view.home); }

  glide(to) {
    cancelAnimationFrame(this.gliding);
    const from = [this.view.x, this.view.y, this.view.zoom];
    const began = performance.now();
    const step = (now) => {
      const part = this.still.matches ? 1 : Math.min(1, Math.max(0, now - began) / GLIDE_MS);
      this.view.between(from, to, part * (2 - part));
      this.moved();
      if (part < 1) this.gliding = requestAnimationFrame(step);
    };
    step(began);
  }

  stop() {
    cancelAnimationFrame(this.gliding);
    clearTimeout(this.resting);
  }
}

/** Set a parameter of the address beside the others; "" takes it away. */
export function keepInAddress(name, value) {
  const url = new URL(location);
  if (value) url.searchParams.set(name, value);
  else url.searchParams.delete(name);
  url.search = url.search.replaceAll("%2C", ",");
  if (url.href !== location.href) history.replaceState(history.state, "", url);
}
