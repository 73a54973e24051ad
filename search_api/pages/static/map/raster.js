/**
 * Draws discs into pixels by hand: 100,000 arcs of a canvas take seconds without a GPU, this takes milliseconds.
 *
 * A disc is a list of offsets into the pixels with how much of each it covers, made once per radius. The image has
 * a margin around what is seen, so that a disc at the edge needs no clipping.
 */

const LARGEST = 11; // device pixels of radius
const MARGIN = 2 * LARGEST + 2;
const OPAQUE = 0xff000000 | 0;
const FINE = 4; // samples along each side of a pixel, to soften edges

export class Raster {
  constructor(context) {
    this.context = context;
    this.offsets = new Int32Array((2 * LARGEST + 3) ** 2);
    this.covers = new Int32Array(this.offsets.length);
    this.count = 0;
    this.reach = 0;
    this.memory = new ArrayBuffer(0);
  }

  /** Width and height in device pixels. */
  resize(width, height) {
    this.stride = width + 2 * MARGIN;
    this.lines = height + 2 * MARGIN;
    const size = 4 * this.stride * this.lines;
    if (size > this.memory.byteLength) this.memory = new ArrayBuffer(size);
    this.image = new ImageData(new Uint8ClampedArray(this.memory, 0, size), this.stride, this.lines);
    this.pixels = new Int32Array(this.memory, 0, size / 4); // signed: V8 then never leaves 32-bit integers
    this.made = "";
  }

  clear(colour) { this.pixels.fill(colour); }

  /** Make the disc: radius in device pixels, opacity up to 1. */
  disc(radius, opacity) {
    radius = Math.min(LARGEST, radius);
    const made = `${radius.toFixed(2)} ${opacity.toFixed(2)}`;
    if (made === this.made) return;
    this.made = made;
    this.reach = Math.ceil(radius - 0.5);
    this.count = 0;
    for (let dy = -this.reach; dy <= this.reach; dy++) {
      for (let dx = -this.reach; dx <= this.reach; dx++) {
        const cover = Math.round(256 * opacity * covered(dx, dy, radius));
        if (!cover) continue;
        this.offsets[this.count] = dy * this.stride + dx;
        this.covers[this.count++] = cover;
      }
    }
  }

  /**
   * Draw the points that are in view. `colours[kinds[place]]` is the colour of a point, 0 for one to leave out.
   * `ratio`: device pixels per CSS pixel.
   */
  points(grid, view, ratio, kinds, colours) {
    const spare = this.reach / ratio + 1;
    const first = grid.across(view.mapX(-spare));
    const last = grid.across(view.mapX(view.width + spare));
    const top = grid.down(view.mapY(-spare));
    for (let line = grid.down(view.mapY(view.height + spare)); line <= top; line++) {
      this.run(grid, grid.start(first, line), grid.start(last + 1, line), view, ratio, kinds, colours);
    }
  }

  run(grid, from, to, view, ratio, kinds, colours) {
    const { pixels, stride, offsets, covers, count, reach } = this;
    const { x: xs, y: ys } = grid;
    const scale = view.scale * ratio;
    // Whole pixels: the map then moves as one when it is dragged, and no point jitters against its neighbour.
    const left = Math.round(view.screenX(0) * ratio) + MARGIN;
    const above = Math.round(view.screenY(0) * ratio) + MARGIN;
    const wide = stride - 2 * reach;
    const high = this.lines - 2 * reach;
    for (let i = from; i < to; i++) {
      const colour = colours[kinds[i]];
      if (colour === 0) continue;
      const px = Math.floor(left + xs[i] * scale);
      const py = Math.floor(above - ys[i] * scale);
      if ((px - reach) >>> 0 >= wide || (py - reach) >>> 0 >= high) continue;
      const at = py * stride + px;
      const redBlue = colour & 0xff00ff;
      const green = colour & 0xff00;
      for (let k = 0; k < count; k++) {
        // Two channels in one multiplication: what the lower one borrows is masked away.
        const pixel = at + offsets[k];
        const cover = covers[k];
        const rb = pixels[pixel] & 0xff00ff;
        const g = pixels[pixel] & 0xff00;
        pixels[pixel] = OPAQUE
          | ((rb + (Math.imul(redBlue - rb, cover) >> 8)) & 0xff00ff)
          | ((g + (Math.imul(green - g, cover) >> 8)) & 0xff00);
      }
    }
  }

  show() { this.context.putImageData(this.image, -MARGIN, -MARGIN); }
}

/** The share of the pixel (dx, dy) that lies in a disc about the middle of pixel (0, 0). */
function covered(dx, dy, radius) {
  let inside = 0;
  for (let i = 0; i < FINE * FINE; i++) {
    const x = dx - 0.5 + ((i % FINE) + 0.5) / FINE;
    const y = dy - 0.5 + (Math.floor(i / FINE) + 0.5) / FINE;
    inside += x * x + y * y <= radius * radius;
  }
  return inside / (FINE * FINE);
}
