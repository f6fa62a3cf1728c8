import { clampSpan, view, whole, type Span } from "../report/state.ts";

/** Zooms the window by a factor around a time; under 1 zooms in. */
export function zoom(factor: number, around = (view.value.start + view.value.end) / 2): void {
  const { start, end } = view.value;
  const length = Math.min(whole.end - whole.start, Math.max(10, (end - start) * factor));
  const share = (around - start) / (end - start);
  view.value = clampSpan(around - share * length, around + (1 - share) * length);
}

/** Moves the window by a share of its length. */
export function pan(share: number): void {
  const { start, end } = view.value;
  view.value = clampSpan(start + share * (end - start), end + share * (end - start));
}

export function fitAll(): void {
  view.value = whole;
}

export interface GestureOptions {
  /** Left edge of the part where time runs. */
  readonly gutter: () => number;
  readonly onHover: (x: number, y: number) => void;
  readonly onLeave: () => void;
  readonly onClick: (x: number, y: number) => void;
  /** Scrolls the lanes by pixels. */
  readonly onScroll: (pixels: number) => void;
}

/**
 * Pointer and wheel on a canvas: wheel zooms at the pointer, with Shift or sideways it pans; dragging pans,
 * two fingers pinch; a click without a drag selects; a double click shows the whole run.
 */
export function attachGestures(canvas: HTMLCanvasElement, options: GestureOptions): () => void {
  const pointers = new Map<number, { x: number; y: number }>();
  let dragged = 0;
  let from: Span = view.value;
  let origin = { x: 0, y: 0 };
  let apart = 0;
  const stop = new AbortController();
  const { signal } = stop;

  const timeAt = (x: number): number => {
    const gutter = options.gutter();
    const { start, end } = view.value;
    return start + ((x - gutter) / Math.max(1, canvas.clientWidth - gutter)) * (end - start);
  };

  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      const sideways = event.shiftKey ? event.deltaY : event.deltaX;
      if (event.altKey) options.onScroll(event.deltaY * unit);
      else if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY))
        pan((sideways * unit) / canvas.clientWidth);
      else zoom(Math.exp(Math.max(-0.5, Math.min(0.5, event.deltaY * unit * 0.002))), timeAt(event.offsetX));
    },
    { passive: false, signal },
  );
  canvas.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
      dragged = 0;
      from = view.value;
      origin = { x: event.offsetX, y: event.offsetY };
      apart = spread(pointers);
    },
    { signal },
  );
  canvas.addEventListener(
    "pointermove",
    (event) => {
      const before = pointers.get(event.pointerId);
      if (before === undefined) {
        options.onHover(event.offsetX, event.offsetY);
        return;
      }
      const now = { x: event.offsetX, y: event.offsetY };
      pointers.set(event.pointerId, now);
      dragged += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
      if (pointers.size === 2) {
        const wide = spread(pointers);
        if (wide > 0 && apart > 0) zoom(apart / wide, timeAt(middle(pointers)));
        apart = wide;
        from = view.value;
        origin = now;
      } else if (dragged > 4) {
        options.onLeave();
        options.onScroll(before.y - now.y);
        const plot = Math.max(1, canvas.clientWidth - options.gutter());
        const shift = ((origin.x - now.x) / plot) * (from.end - from.start);
        view.value = clampSpan(from.start + shift, from.end + shift);
      }
    },
    { signal },
  );
  const release = (event: PointerEvent): void => {
    if (!pointers.delete(event.pointerId)) return;
    if (dragged <= 4 && event.type === "pointerup") options.onClick(event.offsetX, event.offsetY);
    from = view.value;
  };
  canvas.addEventListener("pointerup", release, { signal });
  canvas.addEventListener("pointercancel", release, { signal });
  canvas.addEventListener("pointerleave", options.onLeave, { signal });
  canvas.addEventListener("dblclick", fitAll, { signal });
  return () => stop.abort();
}

function spread(pointers: ReadonlyMap<number, { x: number }>): number {
  const [a, b] = pointers.values();
  return a === undefined || b === undefined ? 0 : Math.abs(a.x - b.x);
}

function middle(pointers: ReadonlyMap<number, { x: number }>): number {
  const [a, b] = pointers.values();
  return a === undefined || b === undefined ? 0 : (a.x + b.x) / 2;
}
