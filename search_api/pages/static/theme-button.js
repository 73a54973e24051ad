// System, light, dark: one button, kept in this browser.
const THEMES = { "": "System theme", light: "Light theme", dark: "Dark theme" };
const SIGNS = { "": "◐", light: "☀", dark: "☾" };

const root = document.documentElement;
const button = document.querySelector("[data-theme-button]");

function show() {
  const theme = root.dataset.theme ?? "";
  button.textContent = SIGNS[theme];
  button.title = THEMES[theme];
  button.setAttribute("aria-label", `${THEMES[theme]}; change`);
}

button.addEventListener("click", () => {
  const names = Object.keys(THEMES);
  const next = names[(names.indexOf(root.dataset.theme ?? "") + 1) % names.length];
  if (next) root.dataset.theme = next;
  else delete root.dataset.theme;
  try {
    if (next) localStorage.setItem("akin.theme", next);
    else localStorage.removeItem("akin.theme");
  } catch {
    // Not kept, then: it holds for this page.
  }
  show();
});
button.hidden = false;
show();
