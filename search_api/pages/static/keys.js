// The keyboard: one key for each thing that is done often, unless somebody writes or turned it off.
const dialog = document.querySelector("[data-keys]");
const toggle = document.querySelector("[data-keys-on]");
const opener = document.querySelector("[data-keys-button]");
const KEY = "akin.keys";

const hits = () => [...document.querySelectorAll(".hit")];
const current = () => document.activeElement?.closest(".hit");
const title = (hit) => hit?.querySelector("h2 a");

function move(by) {
  const all = hits();
  const at = all.indexOf(current());
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  title(next)?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function press(selector) {
  current()?.querySelector(selector)?.click();
}

const DOES = {
  "/": () => document.getElementById("q")?.focus(),
  j: () => move(1),
  k: () => move(-1),
  o: () => press(".abstract summary"),
  w: () => press(".why summary"),
  r: () => (current() ? press("[data-related]") : document.querySelector(".paper .actions .button")?.click()),
  x: () => press("input[name=mark]"),
  s: () => (current() ? press("[data-save]") : document.querySelector(".paper [data-save]")?.click()),
  "?": () => dialog.showModal(),
};

addEventListener("keydown", (event) => {
  const does = DOES[event.key];
  const writes = event.target.closest("input:not([type=checkbox]), textarea, select, dialog, [role=application]");
  if (!does || writes || !toggle.checked) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  event.preventDefault();
  does();
});

try {
  toggle.checked = localStorage.getItem(KEY) !== "off";
} catch {
  // On, then.
}
toggle.addEventListener("change", () => {
  try {
    localStorage.setItem(KEY, toggle.checked ? "on" : "off");
  } catch {
    // It holds for this page.
  }
});
opener.addEventListener("click", () => dialog.showModal());
opener.hidden = false;
