// Forms leave out of the URL what is empty or as it is by default, and show that they are at work.
import { say } from "./say.js";

const DEFAULTS = { mode: "hybrid", sort: "relevance", k: "10" };
const progress = document.querySelector("[data-progress]");

let pressed = null; // the button of the form that is at work, and what is on it else

function working(on, button = null) {
  progress.hidden = !on;
  document.getElementById("main").ariaBusy = String(on);
  say(on ? "Searching" : "");
  if (pressed) pressed.button.textContent = pressed.label;
  pressed = button && { button, label: button.textContent };
  if (button) button.textContent = "Searching …";
}

for (const form of document.querySelectorAll("form[data-tidy]")) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) {
      if (value === "" || value === DEFAULTS[name]) event.formData.delete(name);
    }
  });
  form.addEventListener("submit", () => working(true, form.querySelector("[type=submit]")));
}

// A choice from a list is an order already; not so by keys, which pass over what is between.
let byKeys = false;
addEventListener("keydown", () => (byKeys = true), true);
addEventListener("pointerdown", () => (byKeys = false), true);
for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select") && !byKeys) form.requestSubmit();
  });
}

for (const link of document.querySelectorAll(".filters a:not([download]), .pages a")) {
  link.addEventListener("click", (event) => {
    if (!(event.ctrlKey || event.metaKey || event.shiftKey)) working(true);
  });
}

// A page that comes back from the browser's memory is not at work any more.
addEventListener("pageshow", () => working(false));
