/** What is said in sentences. */

import { count } from "./dom.js";

export const KEYS = "Drag to move, turn the wheel or pinch to zoom, point at a dot to see its paper and click to open it. "
  + "With the keyboard: arrows move, + and − zoom, 0 shows the whole map, N and P step through the results "
  + "(without results: through the papers nearest to the middle), Enter opens the paper, Escape lets go of it.";

const percent = (share) => `${Math.round(100 * share)} %`;

/** What the distances on this map are worth. */
export function caveat({ method, kept, variance }) {
  const measured = kept && ` Of each paper’s ${kept.k} nearest papers by meaning, ${percent(kept.share)} are among its `
    + `${kept.k} nearest here (measured on ${count(kept.sample)} papers)`;
  if (method === "pca") {
    const part = variance == null ? "" : `, and shows ${percent(variance)} of how they differ`;
    return `The map is the two directions in which the papers differ most${part}. Papers far apart are unlike; `
      + `papers near each other may still differ in all that is not shown.${measured ? `${measured}.` : ""}`;
  }
  const mostly = kept && kept.share >= 0.3 ? "mostly" : "often";
  return `Near points are ${mostly} alike.${measured ? `${measured};` : ""} `
    .concat(`${measured ? "far" : "Far"} apart says little, and the axes mean nothing.`);
}

/** Author, Author, Author, et al. */
export function authors(names) {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")}, et\u00a0al.` : names.join(", ");
}
