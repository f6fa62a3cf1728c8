import { useEffect, useRef } from "preact/hooks";
import { Fail, Info, type Operations } from "../report/operations.ts";
import { clampSpan, marked, summary, view, whole } from "../report/state.ts";
import { onSchemeChange, readPalette } from "./colors.ts";

const Height = 48;

/** The whole run in little: completions over time with their shares, faults, anomalies, and the window. */
export function Minimap({ operations, gutter }: { operations: Operations; gutter: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const handle = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const draw = (): void => paintMinimap(element, operations);
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    const scheme = onSchemeChange(draw);
    return () => {
      observer.disconnect();
      scheme();
    };
  }, [operations]);

  useEffect(
    () =>
      view.subscribe(({ start, end }) => {
        const box = handle.current;
        if (box === null) return;
        const length = whole.end - whole.start;
        box.style.left = `${((start - whole.start) / length) * 100}%`;
        box.style.width = `${Math.max(0.4, ((end - start) / length) * 100)}%`;
      }),
    [],
  );

  const centre = (event: PointerEvent): void => {
    const element = canvas.current;
    if (element === null || event.buttons !== 1) return;
    const box = element.getBoundingClientRect();
    const at = whole.start + ((event.clientX - box.left) / box.width) * (whole.end - whole.start);
    const half = (view.value.end - view.value.start) / 2;
    view.value = clampSpan(at - half, at + half);
  };

  return (
    <div
      class="minimap"
      style={{ marginLeft: `${gutter}px` }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        centre(event);
      }}
      onPointerMove={centre}
      aria-hidden="true"
    >
      <canvas ref={canvas} style={{ height: `${Height}px` }} />
      <div class="minimap-window" ref={handle} />
    </div>
  );
}

function paintMinimap(element: HTMLCanvasElement, operations: Operations): void {
  const context = element.getContext("2d");
  const width = element.clientWidth;
  if (context === null || width === 0) return;
  const ratio = devicePixelRatio;
  element.width = width * ratio;
  element.height = Height * ratio;
  context.scale(ratio, ratio);
  const palette = readPalette();
  const length = whole.end - whole.start;
  const columns = Math.max(1, Math.floor(width / 3));
  const counts = [0, 1, 2].map(() => new Float64Array(columns));
  for (let row = 0; row < operations.rows; row++) {
    const at = Math.min(
      columns - 1,
      Math.floor((((operations.end[row] ?? 0) - whole.start) / length) * columns),
    );
    const outcome = operations.outcome[row];
    counts[outcome === Fail ? 2 : outcome === Info ? 1 : 0]![at]!++;
  }
  let most = 1;
  for (let at = 0; at < columns; at++)
    most = Math.max(
      most,
      counts.reduce((sum, column) => sum + (column[at] ?? 0), 0),
    );
  for (const { kind, start, end } of summary.faults.spans) {
    context.fillStyle = summary.faults.kinds[kind]?.color ?? palette.muted;
    context.globalAlpha = 0.18;
    const left = ((start - whole.start) / length) * width;
    context.fillRect(left, 0, Math.max(1, ((end - start) / length) * width), Height);
  }
  context.globalAlpha = 0.75;
  const colors = [palette.ok, palette.info, palette.fail];
  for (let at = 0; at < columns; at++) {
    let y = Height;
    for (const [which, column] of counts.entries()) {
      const high = ((column[at] ?? 0) / most) * (Height - 8);
      context.fillStyle = colors[which] ?? palette.ok;
      context.fillRect(at * (width / columns), y - high, width / columns - 1, high);
      y -= high;
    }
  }
  context.globalAlpha = 1;
  context.fillStyle = palette.violation;
  for (const row of marked.value)
    context.fillRect((((operations.start[row] ?? 0) - whole.start) / length) * width - 1, 0, 2, 8);
}
