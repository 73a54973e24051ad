/** What the colours mean; a press on one shows its papers alone. */

import { count, element } from "./dom.js";

/** `pick(kind)` is called with the kind to show alone, or −1; `link(id)` gives the address of a paper. */
export function legend(root, { by, entries }, pick, link) {
  if (by === "year") return root.replaceChildren(...years(entries));
  const buttons = [];
  let alone = -1;
  const press = (kind) => {
    alone = alone === kind ? -1 : kind;
    buttons.forEach(({ button, about }, other) => {
      button.setAttribute("aria-pressed", other === alone);
      if (about) about.hidden = other !== alone;
    });
    pick(alone);
  };
  const list = element("ul", { "aria-label": by === "topic" ? "Topics" : "Categories" });
  entries.forEach((entry, kind) => {
    const about = entry.about && element("div", { class: "map-about", hidden: true }, ...details(entry.about, link));
    const button = element(
      "button", { type: "button", "aria-pressed": "false", onclick: () => press(kind) },
      swatch(entry.css), element("span", { class: "map-name" }, entry.name), element("span", { class: "map-count" }, count(entry.papers)),
    );
    buttons.push({ button, about });
    if (entry.papers) list.append(element("li", {}, button, ...(about ? [about] : [])));
  });
  root.replaceChildren(list);
}

function details({ terms, central }, link) {
  return [
    element("p", {}, terms.join(" · ")),
    element("p", {}, "In its middle:"),
    element("ul", {}, ...central.map(({ id, title }) => element("li", {}, element("a", { href: link(id) }, title)))),
  ];
}

function years(entries) {
  const unknown = entries.at(-1);
  const parts = [];
  if (entries.length > 1) {
    const ends = [entries[0].name, entries.at(-2).name].map((name) => element("span", {}, name));
    parts.push(element("div", { class: "map-ramp" }, ...entries.slice(0, -1).map(({ css }) => swatch(css))), element("p", { class: "map-ends" }, ...ends));
  }
  if (unknown.papers) parts.push(element("p", { class: "map-unknown" }, swatch(unknown.css), `Year unknown: ${count(unknown.papers)}`));
  return parts;
}

function swatch(css) {
  const made = element("span", { class: "map-swatch" });
  made.style.background = css;
  return made;
}
