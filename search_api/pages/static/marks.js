// The bar for marked papers: there once a paper is marked. Without this script it is always there.
import { add } from "./store.js";
import { paperOf } from "./saved.js";
import { say } from "./say.js";

const bar = document.querySelector("[data-marks]");

if (bar) {
  const boxes = [...document.querySelectorAll("input[name=mark]")];
  const marked = () => boxes.filter((box) => box.checked);
  const count = bar.querySelector("[data-marks-count]");
  const save = bar.querySelector("[data-marks-save]");
  const clear = bar.querySelector("[data-marks-clear]");

  const show = () => {
    const n = marked().length;
    bar.hidden = n === 0;
    count.textContent = `${n} marked:`;
  };
  for (const box of boxes) {
    box.addEventListener("change", () => {
      show();
      say(`${marked().length} marked`);
    });
  }
  save.addEventListener("click", () => {
    try {
      add(...marked().map((box) => paperOf(box.closest(".hit").querySelector("[data-save]"))));
      say("Saved to the reading list");
    } catch {
      say("This browser does not let the page keep anything");
    }
  });
  clear.addEventListener("click", () => {
    marked().forEach((box) => (box.checked = false));
    show();
  });
  save.hidden = clear.hidden = false;
  addEventListener("pageshow", show); // going back keeps the marks
  show();
}
