// Where there is no index yet: look now and then whether there is one, and show the page then.
const place = document.querySelector("[data-wait]");
const SECONDS = 3;

if (place) {
  place.querySelector("[data-waiting]").textContent =
    "This page looks every few seconds whether that is done, and goes on by itself.";
  const timer = setInterval(async () => {
    const answer = await fetch(place.dataset.wait).catch(() => null);
    if (answer?.ok) {
      clearInterval(timer);
      location.reload();
    }
  }, SECONDS * 1000);
}
