// The histogram of the years: drag over the bars to narrow the list to them.
const chart = document.querySelector("[data-years]");

if (chart) {
  const bars = [...chart.querySelectorAll("a")];
  let from = null;
  let to = null;

  const at = (event) => {
    const box = chart.getBoundingClientRect();
    const place = Math.floor(((event.clientX - box.left) / box.width) * bars.length);
    return Math.min(Math.max(place, 0), bars.length - 1);
  };
  const ends = () => [Math.min(from, to), Math.max(from, to)];
  const show = () => {
    const [first, last] = from === null ? [1, 0] : ends();
    bars.forEach((bar, place) => bar.classList.toggle("brushed", place >= first && place <= last));
  };
  const forget = () => {
    from = to = null;
    show();
  };

  chart.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = to = at(event);
    show();
  });
  addEventListener("pointermove", (event) => {
    if (from === null) return;
    to = at(event);
    show();
  });
  addEventListener("pointerup", () => {
    if (from === null) return;
    const [first, last] = ends();
    if (first !== last) {
      const form = document.querySelector("#filters form");
      form.elements.year_from.value = bars[first].dataset.first;
      form.elements.year_to.value = bars[last].dataset.last;
      form.requestSubmit();
    }
    forget(); // within one bar it is a click, and the bar is a link
  });
  addEventListener("pointercancel", forget);
  chart.addEventListener("dragstart", (event) => event.preventDefault());
}
