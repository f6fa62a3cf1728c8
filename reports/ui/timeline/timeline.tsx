import { effect } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { duration } from "../../text.ts";
import { outcomeNames, type Operations } from "../report/operations.ts";
import { keyName, marked, selected, summary, valueOf, view } from "../report/state.ts";
import { onSchemeChange, readPalette, type Palette } from "./colors.ts";
import { attachGestures } from "./gestures.ts";
import { operationText } from "./operation-text.ts";
import { hit, makeLanes, type Grouping } from "./lanes.ts";
import { Minimap } from "./minimap.tsx";
import { AxisHeight, BandHeight, paint, type Geometry } from "./paint.ts";

interface Tip {
  readonly x: number;
  readonly y: number;
  readonly row: number;
}

/** The canvas with its lanes. `height` is what it may take; fewer lanes take less. */
export function Timeline({
  operations,
  grouping,
  height,
}: {
  operations: Operations;
  grouping: Grouping;
  height: number;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [tip, setTip] = useState<Tip | undefined>(undefined);
  const [width, setWidth] = useState(0);
  const gutter = width < 600 ? 76 : 112;
  const lanes = useMemo(
    () =>
      makeLanes(operations, grouping, {
        node: (node) => summary.nodes[node] ?? "no node",
        key: keyName,
        process: (process) => (grouping === "process" && gutter > 100 ? `process ${process}` : `p${process}`),
        concurrency: summary.run?.concurrency,
      }),
    [operations, grouping, gutter > 100],
  );
  const top = AxisHeight + summary.faults.kinds.length * BandHeight + 6;
  const laneHeight = Math.min(28, Math.max(7, (height - top) / Math.max(1, lanes.length)));
  const tall = Math.min(height, top + lanes.length * laneHeight + 6);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (element === null || context === null || context === undefined) return undefined;
    let palette: Palette = readPalette();
    let scroll = 0;
    let hovered = -1;
    let requested = 0;
    const markedRows = new Uint8Array(operations.rows);
    for (const row of marked.value) markedRows[row] = 1;

    const geometry = (): Geometry => ({
      width: element.clientWidth,
      height: tall,
      gutter,
      laneHeight,
      top,
      scroll,
    });
    const draw = (): void => {
      requested = 0;
      const started = performance.now();
      paint(context, {
        operations,
        lanes,
        geometry: geometry(),
        view: view.value,
        palette,
        faults: summary.faults,
        markedRows,
        marked: marked.value,
        selected: selected.value,
        hovered,
        text: (row) => operationText(operations, row),
      });
      element.dataset["paint"] = (performance.now() - started).toFixed(2);
    };
    const request = (): void => {
      if (requested === 0) requested = requestAnimationFrame(draw);
    };
    const resize = (): void => {
      const ratio = devicePixelRatio;
      element.width = Math.round(element.clientWidth * ratio);
      element.height = Math.round(tall * ratio);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      setWidth(element.clientWidth);
      request();
    };
    const rowAt = (x: number, y: number): number => {
      const lane = lanes[Math.floor((y - top + scroll) / laneHeight)];
      if (lane === undefined || x < gutter || y < top) return -1;
      const perPixel = (view.value.end - view.value.start) / Math.max(1, element.clientWidth - gutter);
      const place = hit(lane, view.value.start + (x - gutter) * perPixel, perPixel * 3);
      return place < 0 ? -1 : (lane.rows[place] ?? -1);
    };
    const hover = (row: number, x: number, y: number): void => {
      setTip(row < 0 ? undefined : { row, x, y });
      element.style.cursor = row < 0 ? "grab" : "pointer";
      if (row !== hovered) {
        hovered = row;
        request();
      }
    };
    const observer = new ResizeObserver(resize);
    observer.observe(element);
    const detach = attachGestures(element, {
      gutter: () => gutter,
      onHover: (x, y) => hover(rowAt(x, y), x, y),
      onLeave: () => hover(-1, 0, 0),
      onClick: (x, y) => (selected.value = rowAt(x, y)),
      onScroll: (pixels) => {
        scroll = Math.max(0, Math.min(lanes.length * laneHeight - (tall - top), scroll + pixels));
        request();
      },
    });
    const scheme = onSchemeChange(() => {
      palette = readPalette();
      request();
    });
    const dispose = effect(() => {
      void view.value;
      void selected.value;
      void valueOf(0);
      request();
    });
    resize();
    return () => {
      cancelAnimationFrame(requested);
      observer.disconnect();
      detach();
      scheme();
      dispose();
    };
  }, [operations, lanes, laneHeight, tall, top, gutter]);

  return (
    <div class="timeline">
      <Minimap operations={operations} gutter={gutter} />
      <div class="timeline-plot">
        <canvas
          ref={canvas}
          style={{ height: `${tall}px` }}
          tabIndex={0}
          role="img"
          aria-label={`Timeline of ${operations.rows} operations in ${lanes.length} lanes. The page Operations lists them in a table.`}
        />
        {tip === undefined ? null : <Tooltip tip={tip} operations={operations} width={width} />}
      </div>
    </div>
  );
}

function Tooltip({ tip, operations, width }: { tip: Tip; operations: Operations; width: number }) {
  const { row, x, y } = tip;
  const took = (operations.end[row] ?? 0) - (operations.start[row] ?? 0);
  const outcome = outcomeNames[operations.outcome[row] ?? 3];
  const key = keyName(operations.key[row] ?? -1);
  const side = x > width - 280 ? { right: `${width - x + 12}px` } : { left: `${x + 14}px` };
  return (
    <div class="tooltip" style={{ ...side, top: `${y + 16}px` }}>
      <strong class="mono">{operationText(operations, row).slice(0, 200)}</strong>
      <div>
        {outcome} after {duration(took)}
        {key === "" ? "" : `, key ${key}`}
      </div>
      <div class="muted">
        op {operations.index[row]}, process {operations.process[row]}
        {summary.nodes[operations.node[row] ?? -1] === undefined
          ? ""
          : `, ${summary.nodes[operations.node[row] ?? -1]}`}
      </div>
    </div>
  );
}
