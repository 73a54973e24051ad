// Parts of a page that take the model a moment: they are asked for when they are wanted.
import { say } from "./say.js";

// "Why" opens in place; without this script its link leads to a page of its own.
for (const details of document.querySelectorAll("details[data-part]")) {
  details.addEventListener("toggle", async () => {
    const link = details.querySelector("p > a");
    if (!details.open || details.dataset.part) return;
    details.dataset.part = "asked";
    const place = link.parentElement;
    place.textContent = "Asking the model …";
    try {
      const answer = await fetch(link.href, { headers: { "X-Akin-Part": "1" } });
      if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
      const part = document.createElement("div");
      part.innerHTML = await answer.text(); // escaped where it was made
      place.replaceWith(part);
      say("The explanation is there");
    } catch (error) {
      details.dataset.part = "";
      place.replaceChildren(`That did not work (${error.message}). `, link);
    }
  });
}

// Each abstract with its strongest sentence, a line for each paper as the model is done with it.
const list = document.querySelector("[data-snippets]");
if (list?.dataset.snippets) snippets(list).catch(() => {}); // the page is whole without them

async function snippets(list) {
  const answer = await fetch(list.dataset.snippets);
  if (!answer.ok) return;
  let rest = "";
  const lines = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await lines.read(); !part.done; part = await lines.read()) {
    const whole = (rest + part.value).split("\n");
    rest = whole.pop();
    whole.forEach((line) => show(JSON.parse(line)));
  }
  list.dataset.snippets = "";
}

function show({ id, preview, abstract }) {
  const abstracts = document.querySelector(`[data-hit="${CSS.escape(id)}"] .abstract`);
  if (!abstracts) return;
  abstracts.querySelector(".preview").innerHTML = preview; // escaped where it was made
  const full = abstracts.querySelector(".full");
  const cut = full.querySelector("em");
  full.innerHTML = abstract;
  if (cut) full.append(" ", cut);
}
