import type { Arrow, SpaceTime, Step } from "../../space-time/space-time.ts";

export const RowHeight = 26;
export const GutterWidth = 96;
/** Room for the labels of the last place. */
const LabelRoom = 280;
const ColumnMin = 120;
const ColumnMax = 210;

/** Where everything stands: a row for each step that is shown. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The steps that are shown, by row. */
  readonly rows: readonly number[];
  /** By step; −1: not shown. */
  readonly rowOf: Int32Array;
  /** By place. */
  readonly columns: readonly number[];
  readonly arrows: readonly PlacedArrow[];
  readonly lives: readonly Life[];
}

export interface PlacedArrow {
  readonly arrow: Arrow;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** A stretch of a place's line: it ran, was paused, or was down. */
export interface Life {
  readonly place: number;
  readonly state: "up" | "paused" | "down";
  readonly y1: number;
  readonly y2: number;
}

export function rowY(row: number): number {
  return row * RowHeight + RowHeight / 2;
}

/** Lays out the steps for which `shown` holds. */
export function layOut(spaceTime: SpaceTime, room: number, shown: (step: number) => boolean): Layout {
  const { steps, places, arrows } = spaceTime;
  const rows: number[] = [];
  const rowOf = new Int32Array(steps.length).fill(-1);
  for (let step = 0; step < steps.length; step++) {
    if (!shown(step)) continue;
    rowOf[step] = rows.length;
    rows.push(step);
  }
  const wanted = (room - GutterWidth - LabelRoom) / Math.max(1, places.length - 1);
  const spacing = Math.round(Math.min(ColumnMax, Math.max(ColumnMin, wanted)));
  const columns = places.map((_, place) => GutterWidth + 30 + place * spacing);
  const height = rows.length * RowHeight + 8;
  return {
    width: Math.max(room - 2, (columns.at(-1) ?? 0) + LabelRoom),
    height,
    rows,
    rowOf,
    columns,
    arrows: arrows.flatMap((arrow) => placeArrow(arrow, steps, rowOf, columns)),
    lives: livesOf(spaceTime, rowOf, height),
  };
}

function placeArrow(
  arrow: Arrow,
  steps: readonly Step[],
  rowOf: Int32Array,
  columns: readonly number[],
): PlacedArrow[] {
  const from = rowOf[arrow.from] ?? -1;
  const to = arrow.to === null ? -1 : (rowOf[arrow.to] ?? -1);
  if (from < 0 || (arrow.to !== null && to < 0)) return [];
  const x1 = columns[steps[arrow.from]?.place ?? 0] ?? 0;
  const target = columns[arrow.place] ?? 0;
  const y1 = rowY(from);
  if (arrow.to !== null) return [{ arrow, x1, y1, x2: target, y2: rowY(to) }];
  // Lost on its way out, or still under way at the end: a stub towards its receiver.
  const reach = Math.sign(target - x1) * Math.min(46, Math.abs(target - x1) * 0.45);
  return [{ arrow, x1, y1, x2: x1 + reach, y2: y1 + 14 }];
}

function livesOf({ steps, places, withClients }: SpaceTime, rowOf: Int32Array, height: number): Life[] {
  const lives: Life[] = [];
  for (let place = withClients ? 1 : 0; place < places.length; place++) {
    // Whoever starts in the trace was not there before.
    const first = steps.find(
      (step) => step.place === place && (step.kind === "start" || step.kind === "receive"),
    );
    let state: Life["state"] | "absent" = first?.kind === "start" ? "absent" : "up";
    let since = 0;
    const change = (to: Life["state"], y: number): void => {
      if (y > since && state !== "absent") lives.push({ place, state, y1: since, y2: y });
      since = y;
      state = to;
    };
    let y = 0;
    steps.forEach((step, i) => {
      const row = rowOf[i] ?? -1;
      if (row >= 0) y = rowY(row);
      if (step.place !== place) return;
      if (step.kind === "crash") change("down", y);
      else if (step.kind === "pause") change("paused", y);
      else if (step.kind === "start" || step.kind === "restart" || step.kind === "resume") change("up", y);
    });
    change("up", height);
  }
  return lives;
}
