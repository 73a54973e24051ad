/** The elements of the map. */

import { count, element } from "./dom.js";
import { caveat, KEYS } from "./words.js";

const COLOURS = [["topic", "Topic"], ["category", "Category"], ["year", "Year"]];

/** `by`: the colouring to begin with; `choices`: which there are; `on`: colourBy(by), dim(), closer(factor), whole(). */
export function layOut(root, { meta, papers, card, by, choices, results, on }) {
  const canvas = element("canvas", {
    tabindex: 0, role: "application", "aria-describedby": "map-keys", "aria-label": `Map of ${count(papers)} papers`,
  });
  const ring = element("div", { class: "map-ring", hidden: true });
  const live = element("p", { class: "map-live", role: "status" });
  const key = element("div", { class: "map-legend" });
  const dim = element("input", { type: "checkbox", checked: true, onchange: on.dim });
  const button = (text, label, onclick) => element("button", { type: "button", "aria-label": label, title: label, onclick }, text);
  const radio = ([value, name]) => {
    const onchange = () => on.colourBy(value);
    const attributes = { type: "radio", name: "map-colour", value, checked: value === by, disabled: !choices[value], onchange };
    return element("label", {}, element("input", attributes), name);
  };
  root.replaceChildren(
    element(
      "div", { class: "map-bar" },
      element("fieldset", {}, element("legend", {}, "Colour by"), ...COLOURS.map(radio)),
      ...(results ? [element("label", {}, dim, "Dim all but the results")] : []),
    ),
    element(
      "div", { class: "map-body" },
      element(
        "div", { class: "map-stage" }, canvas, element("div", { class: "map-cross" }), ring, card.root,
        element(
          "div", { class: "map-buttons", role: "group", "aria-label": "Zoom" },
          button("+", "Zoom in", () => on.closer(2)), button("−", "Zoom out", () => on.closer(0.5)),
          button("Whole map", "Whole map", on.whole),
        ),
      ),
      key,
    ),
    element("p", { class: "map-caveat" }, caveat(meta)),
    element("details", { class: "map-help" }, element("summary", {}, "How to move about"), element("p", { id: "map-keys" }, KEYS)),
    live,
  );
  root.classList.add("map");
  if (!root.hasAttribute("role")) root.setAttribute("role", "region");
  if (!root.matches("[aria-label], [aria-labelledby]")) root.setAttribute("aria-label", "Map of the papers");
  return { canvas, ring, live, key, dim };
}
