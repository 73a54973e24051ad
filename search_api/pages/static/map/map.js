/** The map of a corpus: every paper a point, near those it is like. */

import { inPath } from "../address.js";
import { Camera, keepInAddress } from "./camera.js";
import { Card } from "./card.js";
import { colouring, readPoints } from "./colours.js";
import { element } from "./dom.js";
import { bytes, failure, fetched } from "./fetching.js";
import { listen } from "./gestures.js";
import { Grid } from "./grid.js";
import { legend } from "./legend.js";
import { layOut } from "./page.js";
import { Papers } from "./papers.js";
import { Pointing } from "./pointing.js";
import { Scene } from "./scene.js";
import { View } from "./view.js";

const NEAR = 60; // CSS pixels that an arrow key moves
const FAR = 240; // with shift

/**
 * Show a map in `root`.
 *
 * `meta`, `buffer`: as the server gives them. `options.paper`: address of a paper's JSON, `*` for its row;
 * `options.page`: what a paper's id is appended to for its page; `options.hits`: rows of the results, best first.
 * Returns the scene (`frames`, `spent`), the view, the camera and `remove`.
 */
export function mount(root, meta, buffer, { paper = "", page = "", hits: rows = [] } = {}) {
  const points = readPoints(buffer);
  const grid = new Grid(points.x, points.y);
  const hits = rows.filter((row) => row in grid.places).map((row) => grid.places[row]);
  const link = (id) => page + inPath(id);
  const card = new Card();
  const view = new View(grid.bounds);
  const camera = new Camera(view, changed);

  const choices = { topic: meta.topics.length > 0, category: meta.categories.length > 0, year: Boolean(meta.years) };
  const usual = Object.keys(choices).find((by) => choices[by]) ?? "topic";
  const asked = new URLSearchParams(location.search).get("colour");
  const by = Object.hasOwn(choices, asked) && choices[asked] ? asked : usual;
  let colours;
  let isolated = -1;
  let frame = 0;

  const { canvas, ring, live, key, dim } = layOut(root, {
    meta, papers: grid.length, card, by, choices, results: hits.length,
    on: { colourBy, dim: dress, closer: (factor) => camera.closer(factor), whole: () => camera.whole() },
  });
  const scene = new Scene(canvas, grid, view, meta.topics, hits);
  const pointing = new Pointing({ grid, view, scene, camera, hits, card, ring, live, link, papers: new Papers(paper) });

  /** At most one painting a frame, and only when something changed. */
  function changed() {
    frame ||= requestAnimationFrame(paint);
  }

  function paint() {
    cancelAnimationFrame(frame);
    frame = 0;
    scene.paint(camera.moving);
    pointing.follow();
    if (scene.frames > 1) return;
    root.dataset.state = "drawn";
    performance.mark("map-drawn");
  }

  function dress() {
    scene.dress(colours, isolated, hits.length > 0 && dim.checked);
    changed();
  }

  function isolate(kind) {
    isolated = kind;
    dress();
  }

  function colourBy(value) {
    colours = colouring(value, meta, points, grid);
    legend(key, colours, isolate, link);
    isolate(-1);
    keepInAddress("colour", value === usual ? "" : value);
  }

  const pan = (right, down) => (far) => {
    camera.pan(right * (far ? FAR : NEAR), down * (far ? FAR : NEAR));
    pointing.atMiddle();
  };
  const keys = {
    ArrowLeft: pan(1, 0),
    ArrowRight: pan(-1, 0),
    ArrowUp: pan(0, 1),
    ArrowDown: pan(0, -1),
    "+": () => camera.closer(1.5),
    "=": () => camera.closer(1.5), // plus, without shift
    "-": () => camera.closer(1 / 1.5),
    0: () => camera.whole(),
    n: () => pointing.step(1),
    p: () => pointing.step(-1),
    Enter: () => pointing.open(),
  };
  listen(canvas, {
    pan: (right, down) => camera.pan(right, down),
    zoom: (x, y, factor, smoothly) => camera.zoom(x, y, factor, smoothly),
    hover: (x, y) => canvas.classList.toggle("map-over", pointing.hover(x, y)),
    leave: () => pointing.leave(),
    tap: (x, y, event) => pointing.tap(x, y, event),
    key(name, shift) {
      const act = keys[name.length === 1 ? name.toLowerCase() : name];
      act?.(shift);
      return Boolean(act);
    },
  });

  const removed = new AbortController();
  const { signal } = removed;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", dress, { signal });
  document.addEventListener("keydown", ({ key: name }) => { if (name === "Escape") pointing.select(-1); }, { signal });
  const themes = new MutationObserver(dress);
  themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
  const sizes = new ResizeObserver(() => {
    if (scene.fits()) return;
    scene.resize();
    paint(); // at once: a canvas that changed its size is blank
  });

  scene.resize();
  colourBy(by);
  paint();
  sizes.observe(canvas);

  return {
    scene,
    view,
    camera,
    remove() {
      removed.abort();
      pointing.select(-1);
      themes.disconnect();
      sizes.disconnect();
      camera.stop();
      cancelAnimationFrame(frame);
      root.replaceChildren();
    },
  };
}

/** Fetch what `root` names and show it there; `root.map` is then what `mount` returned. */
export async function start(root) {
  const { meta: metaUrl, points: pointsUrl, paper, page, hits } = root.dataset;
  const bar = element("progress", { "aria-label": "Reading the map" });
  root.dataset.state = "loading";
  root.classList.add("map");
  root.replaceChildren(element("p", {}, "Reading the map … ", bar));
  performance.mark("map-asked");
  try {
    let all = Infinity; // bytes to come, as far as is known
    const asked = fetched(metaUrl).then((answer) => answer.json()).then((meta) => {
      all = 14 * meta.index.papers;
      return meta;
    });
    const points = bytes(pointsUrl, (come) => { bar.value = Math.min(1, come / all); });
    const [meta, buffer] = await Promise.all([asked, points]);
    root.map = mount(root, meta, buffer, { paper, page, hits: hits ? JSON.parse(hits) : [] });
  } catch (error) {
    root.dataset.state = "failed";
    root.replaceChildren(
      element("p", { role: "alert" }, failure(error)),
      element("button", { type: "button", onclick: () => location.reload() }, "Reload the page"),
    );
  }
}

const here = document.querySelector("#map[data-meta][data-points]");
if (here) start(here);
