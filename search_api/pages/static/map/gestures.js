/** Turn what pointers, wheel and keys do to the canvas into what is meant by it. */

const STILL = { mouse: 4, pen: 6, touch: 10 }; // CSS pixels that a finger may slip and still tap
const DOUBLE_MS = 320;

/** `on`: pan(dx, dy), zoom(x, y, factor, smoothly), hover(x, y), leave(), tap(x, y, event), key(name, shift) → whether it is one. */
export function listen(canvas, on) {
  const down = new Map(); // pointers that touch, by id
  let slipped = false; // the pointer has moved too far to tap
  let last = { time: 0, x: 0, y: 0 };

  const at = (event) => ({ x: event.offsetX, y: event.offsetY });

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    canvas.setPointerCapture(event.pointerId);
    const point = at(event);
    down.set(event.pointerId, { ...point, from: point });
    slipped = down.size > 1;
  });

  canvas.addEventListener("pointermove", (event) => {
    const { x, y } = at(event);
    const mine = down.get(event.pointerId);
    if (!mine) {
      if (event.pointerType !== "touch") on.hover(x, y);
      return;
    }
    if (Math.hypot(x - mine.from.x, y - mine.from.y) > (STILL[event.pointerType] ?? 6)) slipped = true;
    if (!slipped) return;
    const other = [...down.entries()].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const before = Math.hypot(mine.x - other.x, mine.y - other.y);
      const after = Math.hypot(x - other.x, y - other.y);
      on.pan((x - mine.x) / 2, (y - mine.y) / 2); // as the middle of the two moves
      if (before > 0) on.zoom((x + other.x) / 2, (y + other.y) / 2, after / before, false);
    } else {
      on.pan(x - mine.x, y - mine.y);
    }
    mine.x = x;
    mine.y = y;
  });

  canvas.addEventListener("pointerup", (event) => {
    if (!down.delete(event.pointerId) || slipped) return;
    const { x, y } = at(event);
    const again = event.timeStamp - last.time < DOUBLE_MS && Math.hypot(x - last.x, y - last.y) < 24;
    last = { time: again ? 0 : event.timeStamp, x, y };
    if (again) on.zoom(x, y, 2.5, true);
    else on.tap(x, y, event);
  });

  canvas.addEventListener("pointercancel", (event) => down.delete(event.pointerId));
  canvas.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch") on.leave(); });

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const pixels = event.deltaY * [1, 30, 400][event.deltaMode];
    const speed = event.ctrlKey ? 0.01 : 0.002; // a pinch on a touch pad comes as a wheel with ctrl, in small steps
    on.zoom(event.offsetX, event.offsetY, Math.exp(-Math.max(-300, Math.min(300, pixels)) * speed), false);
  }, { passive: false });

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return; // the browser's own
    if (on.key(event.key, event.shiftKey)) event.preventDefault();
  });
}
