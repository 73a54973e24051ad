/** Paints the map: points, then the names of topics, then the results on top. */

import { mix, resolve } from "./colours.js";
import { Labels } from "./labels.js";
import { Raster } from "./raster.js";

const SHARPEST = 2; // device pixels per CSS pixel; more costs time and shows nothing
const SLOW_MS = 10; // to paint sharply; the browser needs as much again to show it. Beyond, moving is drawn coarsely
const DIM = 0.22; // what is left of a colour that steps back
const NUMBERED = 10; // results that carry their rank

export class Scene {
  /** `hits`: places of the results in the grid, best first. */
  constructor(canvas, grid, view, topics, hits) {
    Object.assign(this, { canvas, grid, view, hits });
    this.context = canvas.getContext("2d", { alpha: false, willReadFrequently: true }); // pixels stay with the CPU
    this.raster = new Raster(this.context);
    this.labels = new Labels(topics, this.context);
    this.frames = 0;
    this.spent = 0; // ms in all frames
    this.cost = 0; // ms of a sharp frame, the last few averaged
  }

  /** `coarse`: one pixel per CSS pixel, for machines that cannot follow otherwise. */
  resize(coarse = false) {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    this.coarse = coarse;
    this.ratio = coarse ? 1 : Math.min(SHARPEST, window.devicePixelRatio || 1);
    this.view.resize(width, height);
    this.canvas.width = Math.max(1, Math.round(width * this.ratio));
    this.canvas.height = Math.max(1, Math.round(height * this.ratio));
    this.raster.resize(this.canvas.width, this.canvas.height);
  }

  fits() { return this.view.width === this.canvas.clientWidth && this.view.height === this.canvas.clientHeight; }

  /** `isolated`: the kind to show alone, or −1. `dimmed`: all but the results step back. */
  dress(colouring, isolated, dimmed) {
    const [ground, ink, ...colours] = resolve(
      this.canvas.parentElement, ["var(--map-ground)", "var(--map-ink)", ...colouring.entries.map((e) => e.css)],
    );
    const dim = dimmed || isolated >= 0;
    this.ground = ground;
    this.css = { ground: css(ground), ink: css(ink), colours: colours.map(css) };
    this.kinds = colouring.kinds;
    this.isolated = isolated;
    this.topic = colouring.by === "topic" && isolated < this.labels.all.length ? isolated : -1;
    this.front = Int32Array.from(colours, (c, kind) => (!dim || kind === isolated ? c : 0));
    this.back = dim && Int32Array.from(colours, (c, kind) => (kind === isolated ? 0 : mix(c, ground, DIM)));
  }

  /** CSS pixels; fewer points or a closer look make larger discs. */
  get radius() {
    const { width, height, zoom } = this.view;
    const usual = 3.4 * (1000 / Math.max(1, this.grid.length)) ** 0.25 * Math.sqrt(Math.min(width, height) / 800);
    return Math.min(5.5, Math.max(0.9, Math.min(4.5, usual)) * zoom ** 0.4);
  }

  /** Paint; `moving`: more frames are about to follow, each as good as this machine can do in time. */
  paint(moving = false) {
    const began = performance.now();
    const coarse = moving && this.cost > SLOW_MS && (this.coarse || this.ratio > 1);
    if (coarse !== this.coarse) this.resize(coarse);
    const { raster, grid, view, ratio, kinds } = this;
    const { radius } = this;
    raster.clear(this.ground);
    raster.disc(radius * ratio, Math.min(0.9, 0.5 + radius / 8)); // crowds of small discs show how dense they are
    if (this.back) raster.points(grid, view, ratio, kinds, this.back);
    raster.points(grid, view, ratio, kinds, this.front);
    raster.show();
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.labels.draw(view, this.css.ink, this.css.ground, this.topic);
    for (let i = this.hits.length - 1; i >= 0; i--) this.mark(this.hits[i], i + 1); // the best on top
    this.frames++;
    const spent = performance.now() - began;
    this.spent += spent;
    if (!coarse) this.cost += (spent - this.cost) / 4;
  }

  mark(place, rank) {
    const { context, view, css: { ground, ink, colours } } = this;
    const x = view.screenX(this.grid.x[place]);
    const y = view.screenY(this.grid.y[place]);
    if (x < -12 || y < -12 || x > view.width + 12 || y > view.height + 12) return;
    const radius = rank <= NUMBERED ? 9.5 : Math.max(4, this.radius + 1);
    const disc = (size, colour) => {
      context.fillStyle = colour;
      context.beginPath();
      context.arc(x, y, size, 0, 2 * Math.PI);
      context.fill();
    };
    disc(radius + 2.5, ground);
    disc(radius + 1, ink);
    disc(radius, colours[this.kinds[place]]);
    if (rank > NUMBERED) return;
    disc(radius - 2, ground);
    context.font = `700 10.5px ${this.labels.family}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = ink;
    context.fillText(rank, x, y + 0.5);
  }
}

function css(packed) {
  return `rgb(${packed & 255} ${(packed >> 8) & 255} ${(packed >> 16) & 255})`;
}
