// Tells people who listen to the page what has changed on it.
export function say(text) {
  document.querySelector("[data-status]").textContent = text;
}
