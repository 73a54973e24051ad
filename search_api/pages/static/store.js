// The reading list: papers in this browser's storage, in the order in which they were saved.
const KEY = "akin.list";

export const changed = new EventTarget();

export function saved() {
  try {
    const papers = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(papers) ? papers.filter((paper) => typeof paper?.id === "string") : [];
  } catch {
    return []; // storage is turned off, or holds what is no list
  }
}

function keep(papers) {
  localStorage.setItem(KEY, JSON.stringify(papers));
  changed.dispatchEvent(new Event("change"));
}

export function has(id) {
  return saved().some((paper) => paper.id === id);
}

export function add(...papers) {
  const known = new Set(saved().map((paper) => paper.id));
  keep([...saved(), ...papers.filter((paper) => !known.has(paper.id))]);
}

export function remove(id) {
  keep(saved().filter((paper) => paper.id !== id));
}

export function clear() {
  keep([]);
}

// Another tab changed it.
addEventListener("storage", (event) => {
  if (event.key === KEY) changed.dispatchEvent(new Event("change"));
});
