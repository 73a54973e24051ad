// Buttons that save a paper, how many are saved, and the page that lists them.
import { inPath } from "./address.js";
import { add, changed, clear, has, remove, saved } from "./store.js";
import { say } from "./say.js";

const buttons = [...document.querySelectorAll("[data-save]")];

export function paperOf(button) {
  const { save: id, title, authors, year } = button.dataset;
  return { id, title, authors, year };
}

function show() {
  const count = document.querySelector("[data-list-count]");
  const ids = new Set(saved().map((paper) => paper.id)); // read once, however many buttons there are
  count.textContent = ids.size;
  count.hidden = ids.size === 0;
  for (const button of buttons) {
    const there = ids.has(button.dataset.save);
    button.ariaPressed = String(there);
    button.textContent = there ? "Saved" : "Save";
    button.ariaLabel = `${there ? "Saved" : "Save"}: ${button.dataset.title}`;
    button.hidden = false;
  }
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    try {
      if (has(button.dataset.save)) remove(button.dataset.save);
      else add(paperOf(button));
      say(has(button.dataset.save) ? "Saved to the reading list" : "Taken out of the reading list");
    } catch {
      say("This browser does not let the page keep anything");
    }
  });
}
changed.addEventListener("change", show);
addEventListener("pageshow", show);
show();

const page = document.querySelector("[data-reading-list]");
if (page) readingList(page);

function readingList(page) {
  const list = page.querySelector("[data-list]");
  const actions = page.querySelector("[data-list-actions]");
  const failure = page.querySelector("[data-list-error]");

  function entry(paper) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `/papers/${inPath(paper.id)}`;
    link.textContent = paper.title || paper.id;
    const byline = document.createElement("p");
    byline.className = "byline";
    byline.textContent = [paper.authors, paper.year].filter(Boolean).join(" · ");
    const out = document.createElement("button");
    out.type = "button";
    out.className = "link";
    out.textContent = "Remove";
    out.ariaLabel = `Remove ${paper.title || paper.id}`;
    out.addEventListener("click", () => {
      const place = [...list.children].indexOf(item);
      remove(paper.id);
      say(`Removed ${paper.title || paper.id}`);
      const next = list.children[Math.min(place, list.children.length - 1)];
      (next?.querySelector("button") ?? document.getElementById("main")).focus(); // not lost with its button
    });
    item.append(link, byline, out);
    return item;
  }

  function draw() {
    const papers = saved();
    list.replaceChildren(...papers.map(entry));
    actions.hidden = papers.length === 0;
    page.querySelector("[data-empty]").hidden = papers.length > 0;
    const related = new URLSearchParams(papers.slice(0, 100).map((paper) => ["like", paper.id]));
    page.querySelector("[data-list-related]").href = `/related?${related}`;
  }

  // In the body of a request: unlike a URL it is in no log and no history.
  actions.addEventListener("submit", async (event) => {
    event.preventDefault();
    failure.hidden = true;
    const body = { id: saved().map((paper) => paper.id), format: page.querySelector("select").value };
    try {
      const answer = await fetch("/api/v1/export", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error((await answer.json()).detail);
      const name = answer.headers.get("Content-Disposition")?.match(/filename="([^"]+)"/)?.[1];
      download(await answer.blob(), name ?? "akin");
    } catch (error) {
      failure.textContent = `Nothing was exported: ${error.message}`;
      failure.hidden = false;
    }
  });
  page.querySelector("[data-list-clear]").addEventListener("click", () => {
    const papers = saved();
    clear();
    const undo = document.createElement("button");
    undo.type = "button";
    undo.textContent = "Undo";
    undo.addEventListener("click", () => {
      add(...papers);
      failure.hidden = true;
    });
    failure.replaceChildren(`Removed ${papers.length}. `, undo);
    failure.hidden = false;
  });
  changed.addEventListener("change", draw);
  draw();
}

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
