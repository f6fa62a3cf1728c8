import type { FaultSummary } from "../../payload/summary.ts";
import { Fail, lastAtMost, Ok, type Operations } from "../report/operations.ts";
import type { Span } from "../report/state.ts";
import { pixel, type Palette } from "./colors.ts";
import type { Lane } from "./lanes.ts";
import { paintStrip, StripRows } from "./strip.ts";
import { tickLabel, ticks } from "./ticks.ts";

export const AxisHeight = 26;
export const BandHeight = 18;

/** Up to so many operations in sight are all drawn one by one; with more, crowded lanes become strips. */
const BoxesMax = 4000;

/** Where things are on the canvas, in CSS pixels. */
export interface Geometry {
  readonly width: number;
  readonly height: number;
  readonly gutter: number;
  readonly laneHeight: number;
  /** Where the lanes begin, below the axis and the fault bands. */
  readonly top: number;
  readonly scroll: number;
}

export interface Scene {
  readonly operations: Operations;
  readonly lanes: readonly Lane[];
  readonly geometry: Geometry;
  readonly view: Span;
  readonly palette: Palette;
  readonly faults: FaultSummary;
  /** 1 for the rows that are part of an anomaly. */
  readonly markedRows: Uint8Array;
  /** Ascending. */
  readonly marked: readonly number[];
  readonly selected: number;
  readonly hovered: number;
  readonly text: (row: number) => string;
}

const scratch = document.createElement("canvas");

/** Draws the whole timeline; costs the pixels on the screen, however long the run is. */
export function paint(context: CanvasRenderingContext2D, scene: Scene): void {
  const { geometry, palette } = scene;
  context.clearRect(0, 0, geometry.width, geometry.height);
  context.font = "12px system-ui, sans-serif";
  context.textBaseline = "middle";
  paintAxis(context, scene);
  paintBands(context, scene);
  context.save();
  context.beginPath();
  context.rect(0, geometry.top, geometry.width, geometry.height - geometry.top);
  context.clip();
  paintLanes(context, scene);
  context.restore();
  context.fillStyle = palette.line;
  context.fillRect(geometry.gutter - 1, geometry.top, 1, geometry.height - geometry.top);
}

function paintAxis(
  context: CanvasRenderingContext2D,
  { geometry, view, palette, marked, operations }: Scene,
): void {
  const { width, gutter, height } = geometry;
  const plot = width - gutter;
  const { values, step } = ticks(view.start, view.end, plot / 110);
  for (const time of values) {
    const x = gutter + ((time - view.start) / (view.end - view.start)) * plot;
    context.fillStyle = palette.line;
    context.fillRect(Math.round(x), AxisHeight - 5, 1, height);
    context.fillStyle = palette.muted;
    const label = tickLabel(time, step);
    const half = context.measureText(label).width / 2;
    context.textAlign = "center";
    if (x + half < width) context.fillText(label, Math.max(x, gutter + half), AxisHeight / 2 - 1);
  }
  context.textAlign = "left";
  context.fillStyle = palette.violation;
  let last = -10;
  for (const row of marked) {
    const x = Math.round(
      gutter + (((operations.start[row] ?? 0) - view.start) / (view.end - view.start)) * plot,
    );
    if (x < gutter || x > width || x - last < 3) continue;
    last = x;
    context.beginPath();
    context.moveTo(x - 5, AxisHeight - 9);
    context.lineTo(x + 5, AxisHeight - 9);
    context.lineTo(x, AxisHeight - 1);
    context.fill();
  }
}

/** A strip for each kind of fault above, and a tint behind the lanes. */
function paintBands(context: CanvasRenderingContext2D, { geometry, view, palette, faults }: Scene): void {
  const { width, height, gutter } = geometry;
  const scale = (width - gutter) / (view.end - view.start);
  for (const [kind, { name }] of faults.kinds.entries()) {
    const y = AxisHeight + kind * BandHeight;
    context.fillStyle = palette.muted;
    context.textAlign = "right";
    context.fillText(fitted(context, name, gutter - 14), gutter - 8, y + BandHeight / 2);
    context.textAlign = "left";
  }
  for (const { kind, start, end, detail } of faults.spans) {
    const left = Math.max(gutter, gutter + (start - view.start) * scale);
    const right = Math.min(width, gutter + (end - view.start) * scale);
    if (right < gutter || left > width) continue;
    const color = faults.kinds[kind]?.color ?? palette.muted;
    const y = AxisHeight + kind * BandHeight;
    const length = Math.max(1, right - left);
    context.fillStyle = color;
    context.globalAlpha = 0.1;
    context.fillRect(left, geometry.top, length, height);
    context.globalAlpha = 0.3;
    context.fillRect(left, y + 2, length, BandHeight - 4);
    context.globalAlpha = 1;
    context.fillRect(left, y + 2, Math.min(3, length), BandHeight - 4);
    if (length > 40 && detail !== "") {
      context.fillStyle = palette.text;
      context.font = "11px system-ui, sans-serif";
      context.fillText(fitted(context, detail, length - 14), left + 8, y + BandHeight / 2 + 0.5);
      context.font = "12px system-ui, sans-serif";
    }
  }
}

function paintLanes(context: CanvasRenderingContext2D, scene: Scene): void {
  const { geometry, lanes, view, palette } = scene;
  const { gutter, laneHeight, top, scroll, height, width } = geometry;
  const plot = Math.max(1, Math.floor(width - gutter));
  const first = Math.max(0, Math.floor(scroll / laneHeight));
  const last = Math.min(lanes.length, Math.ceil((scroll + height - top) / laneHeight));
  const shown = last - first;
  if (shown <= 0) return;

  if (scratch.width !== plot || scratch.height < shown * StripRows) {
    scratch.width = plot;
    scratch.height = shown * StripRows;
  }
  const image = new ImageData(plot, shown * StripRows);
  const pixels = new Uint32Array(image.data.buffer);
  const colors = { ok: pixel(palette.ok), fail: pixel(palette.fail), info: pixel(palette.info) };
  const dense: boolean[] = [];
  let total = 0;
  for (let at = first; at < last; at++) total += visibleIn(lanes[at], view);
  const crowded = total > BoxesMax;
  for (let at = first; at < last; at++) {
    const lane = lanes[at];
    if (lane === undefined) continue;
    dense[at] = crowded && visibleIn(lane, view) > plot / 6;
    if (dense[at]) paintStrip(pixels, plot, (at - first) * StripRows, lane, view.start, view.end, colors);
  }
  const strips = scratch.getContext("2d");
  if (strips === null) return;
  strips.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;

  const gap = laneHeight >= 10 ? 2 : laneHeight >= 5 ? 1 : 0;
  let group = "";
  for (let at = first; at < last; at++) {
    const lane = lanes[at];
    if (lane === undefined) continue;
    const y = top + at * laneHeight - scroll;
    if (lane.group !== group && lane.group !== "") {
      context.fillStyle = palette.line;
      context.fillRect(0, Math.round(y), width, 1);
    }
    if (laneHeight >= 10 || (at - first) % Math.ceil(12 / laneHeight) === 0) {
      const label =
        lane.group === "" || lane.group === lane.label ? lane.label : `${lane.group} · ${lane.label}`;
      context.fillStyle = palette.muted;
      context.textAlign = "right";
      context.fillText(fitted(context, label, gutter - 14), gutter - 8, y + laneHeight / 2 + 0.5);
      context.textAlign = "left";
    }
    group = lane.group;
    if (dense[at] === true) {
      context.drawImage(
        scratch,
        0,
        (at - first) * StripRows,
        plot,
        StripRows,
        gutter,
        y + gap / 2,
        plot,
        laneHeight - gap,
      );
    } else paintBoxes(context, scene, lane, y + gap / 2, laneHeight - gap);
  }
  paintMarks(context, scene, first, last, dense, gap);
}

function visibleIn(lane: Lane | undefined, view: Span): number {
  return lane === undefined ? 0 : lastAtMost(lane.start, view.end) - lastAtMost(lane.start, view.start);
}

/** Operations one by one: ok filled, fail hollow, info fading out to the right. */
function paintBoxes(
  context: CanvasRenderingContext2D,
  scene: Scene,
  lane: Lane,
  y: number,
  height: number,
): void {
  const { geometry, view, palette, operations } = scene;
  const { gutter, width } = geometry;
  const scale = (width - gutter) / (view.end - view.start);
  context.save();
  context.beginPath();
  context.rect(gutter, y - 2, width - gutter, height + 4);
  context.clip();
  const from = Math.max(0, lastAtMost(lane.start, view.start));
  for (let i = from; i < lane.rows.length; i++) {
    const start = lane.start[i] ?? 0;
    if (start > view.end) break;
    const row = lane.rows[i] ?? 0;
    const left = Math.max(gutter - 4, gutter + (start - view.start) * scale);
    const right = Math.min(width + 4, gutter + ((lane.end[i] ?? 0) - view.start) * scale);
    if (right < gutter) continue;
    const length = Math.max(1.5, right - left - (right - left > 4 ? 1 : 0));
    const outcome = operations.outcome[row];
    if (outcome === Ok) {
      context.fillStyle = palette.ok;
      context.fillRect(left, y, length, height);
    } else if (outcome === Fail) {
      context.fillStyle = palette.background;
      context.fillRect(left, y, length, height);
      context.strokeStyle = palette.fail;
      context.lineWidth = 1.5;
      if (length > 4) context.strokeRect(left + 0.75, y + 0.75, length - 1.5, height - 1.5);
      else {
        context.fillStyle = palette.fail;
        context.fillRect(left, y, length, height);
      }
    } else {
      context.fillStyle = palette.info;
      context.fillRect(left, y, Math.min(3, length), height);
      if (length > 3) {
        const fade = context.createLinearGradient(left, 0, left + length, 0);
        fade.addColorStop(0, `${palette.info}66`);
        fade.addColorStop(1, `${palette.info}1a`);
        context.fillStyle = fade;
        context.fillRect(left + 3, y, length - 3, height);
      }
      // Unknown outcomes may take effect at any later time: the open end shows it.
      context.fillStyle = palette.info;
      context.fillRect(left + length, y + height / 2 - 0.5, 10, 1);
    }
    if (length > 34 && height >= 11) {
      context.fillStyle = outcome === Ok ? palette.onMark : outcome === Fail ? palette.fail : palette.text;
      const at = Math.max(left, gutter) + 5;
      const text = fitted(context, scene.text(row), left + length - at - 4);
      if (text !== "") context.fillText(text, at, y + height / 2 + 0.5);
    }
  }
  context.restore();
}

/** Frames what is hovered and selected, and the operations of anomalies. */
function paintMarks(
  context: CanvasRenderingContext2D,
  scene: Scene,
  first: number,
  last: number,
  dense: readonly boolean[],
  gap: number,
): void {
  const { geometry, lanes, view, palette, markedRows, marked, selected, hovered } = scene;
  const { gutter, width, laneHeight, top, scroll } = geometry;
  const scale = (width - gutter) / (view.end - view.start);
  const inView = marked.filter((row) => {
    const { start, end } = scene.operations;
    return (start[row] ?? 0) <= view.end && (end[row] ?? 0) >= view.start;
  });
  const frame = (lane: Lane, at: number, i: number, color: string, line: number): void => {
    const y = top + at * laneHeight - scroll + gap / 2;
    const left = gutter + ((lane.start[i] ?? 0) - view.start) * scale;
    const right = gutter + ((lane.end[i] ?? 0) - view.start) * scale;
    if (right < gutter || left > width) return;
    const from = Math.max(left, gutter - 3);
    const length = Math.max(dense[at] === true ? 2 : 3, Math.min(right, width + 3) - from);
    context.strokeStyle = color;
    context.lineWidth = line;
    context.strokeRect(from - line / 2, y - line / 2, length + line - 1, laneHeight - gap + line);
  };
  context.save();
  context.beginPath();
  context.rect(gutter - 4, top - 2, width, geometry.height);
  context.clip();
  for (let at = first; at < last; at++) {
    const lane = lanes[at];
    if (lane === undefined) continue;
    for (const row of inView) {
      const i = place(lane, row);
      if (i >= 0) frame(lane, at, i, palette.violation, 2);
    }
    if (hovered >= 0 && hovered !== selected) {
      const i = place(lane, hovered);
      if (i >= 0) frame(lane, at, i, palette.text, 1);
    }
    if (selected >= 0) {
      const i = place(lane, selected);
      if (i >= 0) frame(lane, at, i, markedRows[selected] === 1 ? palette.violation : palette.text, 3);
    }
  }
  context.restore();
}

/** Place of an operation in a lane; −1: it is in another. */
function place(lane: Lane, row: number): number {
  let low = 0;
  let high = lane.rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const at = lane.rows[middle] ?? 0;
    if (at === row) return middle;
    if (at < row) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (width < 12) return "";
  if (text.length < 400 && context.measureText(text).width <= width) return text;
  let low = 0;
  let high = Math.min(text.length, Math.ceil(width / 3));
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (context.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return low < 2 ? "" : `${text.slice(0, low)}…`;
}
