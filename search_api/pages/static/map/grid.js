/**
 * The points, sorted by the cell of a grid that they lie in, row of cells by row of cells. What is in view is
 * then a few runs of neighbours (no test per hidden point, and the raster writes near where it just wrote),
 * and what is near the pointer is in a few cells.
 */

const PER_CELL = 8;
const MOST_CELLS = 256; // along each side

export class Grid {
  /** `x`, `y`: Float32Array by row of the index. */
  constructor(x, y) {
    const n = x.length;
    this.bounds = boundsOf(x, y);
    this.side = Math.min(MOST_CELLS, Math.max(1, Math.round(Math.sqrt(n / PER_CELL))));
    this.perX = this.side / Math.max(this.bounds.right - this.bounds.left, 1e-6);
    this.perY = this.side / Math.max(this.bounds.top - this.bounds.bottom, 1e-6);
    const cells = new Uint32Array(n);
    const starts = new Uint32Array(this.side * this.side + 1);
    for (let row = 0; row < n; row++) {
      cells[row] = this.down(y[row]) * this.side + this.across(x[row]);
      starts[cells[row] + 1]++;
    }
    for (let cell = 0; cell < starts.length - 1; cell++) starts[cell + 1] += starts[cell];
    this.starts = starts;
    this.length = n;
    this.x = new Float32Array(n);
    this.y = new Float32Array(n);
    this.rows = new Uint32Array(n); // place here → row of the index
    this.places = new Uint32Array(n); // and back
    const next = starts.slice();
    for (let row = 0; row < n; row++) {
      const place = next[cells[row]]++;
      this.x[place] = x[row];
      this.y[place] = y[row];
      this.rows[place] = row;
      this.places[row] = place;
    }
  }

  across(x) { return within((x - this.bounds.left) * this.perX, this.side); }
  down(y) { return within((y - this.bounds.bottom) * this.perY, this.side); }

  /** First place of the cell at column and row of cells. */
  start(column, line) { return this.starts[line * this.side + column]; }

  /** The place of the point nearest to (x, y), at most `reach` away, among those that `wanted` takes; or −1. */
  nearest(x, y, reach, wanted) {
    let best = -1;
    let least = reach * reach;
    const first = this.across(x - reach);
    const last = this.across(x + reach);
    for (let line = this.down(y - reach); line <= this.down(y + reach); line++) {
      const end = this.start(last + 1, line);
      for (let place = this.start(first, line); place < end; place++) {
        const dx = this.x[place] - x;
        const dy = this.y[place] - y;
        const distance = dx * dx + dy * dy;
        if (distance <= least && wanted(place)) {
          least = distance;
          best = place;
        }
      }
    }
    return best;
  }
}

function within(cell, side) {
  return Math.min(side - 1, Math.max(0, Math.floor(cell)));
}

function boundsOf(x, y) {
  let [left, right, bottom, top] = x.length ? [x[0], x[0], y[0], y[0]] : [-1, 1, -1, 1];
  for (let i = 1; i < x.length; i++) {
    if (x[i] < left) left = x[i]; else if (x[i] > right) right = x[i];
    if (y[i] < bottom) bottom = y[i]; else if (y[i] > top) top = y[i];
  }
  return { left, right, bottom, top };
}
