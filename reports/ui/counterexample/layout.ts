import { rowOfEvent, type Operations } from "../report/operations.ts";
import type { Path } from "../../evidence.ts";

export interface Box {
  readonly row: number;
  /** Index by which the evidence names it. */
  readonly index: number;
  readonly lane: number;
  /** From 0 to 1 along the axis. */
  readonly left: number;
  readonly right: number;
  /** Whether it goes on to the right: never completed, or of unknown outcome. */
  readonly open: boolean;
}

export interface Layout {
  readonly boxes: readonly Box[];
  readonly lanes: readonly string[];
  readonly boxOf: ReadonlyMap<number, Box>;
  /** Where an event of one of the operations is along the axis. */
  at(event: number): number;
}

/** Operations that are drawn at most; more are a picture of nothing. */
export const BoxesMax = 200;

/**
 * Boxes of operations, a lane a process. By order each begin and end takes one step of the axis, so that what
 * overlaps is plain to see however the times lie; by time the axis is proportional.
 */
export function layOut(operations: Operations, indices: readonly number[], axis: "order" | "time"): Layout {
  const rows = [...new Set(indices.map((index) => rowOfEvent(operations, index)))]
    .filter((row) => row >= 0)
    .toSorted((a, b) => a - b)
    .slice(0, BoxesMax)
    .map((row) => ({ row, index: operations.index[row] ?? 0 }));
  const processes = [...new Set(rows.map(({ row }) => operations.process[row] ?? 0))].toSorted(
    (a, b) => a - b,
  );
  const position = axis === "order" ? byOrder(operations, rows) : byTime(operations, rows);
  const boxes = rows.map(({ row, index }): Box => {
    const open = operations.outcome[row] === 3;
    const left = position(operations.index[row] ?? 0, operations.start[row] ?? 0);
    return {
      row,
      index,
      lane: processes.indexOf(operations.process[row] ?? 0),
      left,
      right: open ? 1 : position(operations.completion[row] ?? 0, operations.end[row] ?? 0),
      open,
    };
  });
  const at = (event: number): number => {
    const row = event < 0 ? -1 : rowOfEvent(operations, event);
    if (row < 0) return 0;
    const isBegin = operations.index[row] === event;
    return position(event, (isBegin ? operations.start[row] : operations.end[row]) ?? 0);
  };
  return { boxes, lanes: processes.map(String), boxOf: new Map(boxes.map((box) => [box.row, box])), at };
}

type Position = (event: number, time: number) => number;

function byOrder(operations: Operations, rows: readonly { row: number }[]): Position {
  const events = rows
    .flatMap(({ row }) => [operations.index[row] ?? 0, operations.completion[row] ?? 0])
    .toSorted((a, b) => a - b);
  const rank = new Map<number, number>();
  for (const event of events) if (!rank.has(event)) rank.set(event, rank.size);
  const last = Math.max(1, rank.size - 1);
  return (event) => (rank.get(event) ?? 0) / last;
}

function byTime(operations: Operations, rows: readonly { row: number }[]): Position {
  const known = rows.filter(({ row }) => operations.outcome[row] !== 3);
  const start = Math.min(...rows.map(({ row }) => operations.start[row] ?? 0));
  const end = Math.max(
    start + 1,
    ...rows.map(({ row }) => operations.start[row] ?? 0),
    ...known.map(({ row }) => operations.end[row] ?? 0),
  );
  return (_event, time) => Math.min(1, (time - start) / (end - start));
}

export interface Point {
  readonly box: Box;
  /** Position in the linearization: 1 is first. */
  readonly number: number;
  readonly x: number;
}

/**
 * Where along the axis each operation of a path takes effect: as early as its beginning and the point before
 * allow, a little apart where there is room. Operations that are not drawn have no point.
 */
export function points(layout: Layout, operations: Operations, path: Path, apart: number): Point[] {
  const placed = path.order.flatMap((index, i) => {
    const box = layout.boxOf.get(rowOfEvent(operations, index));
    return box === undefined ? [] : [{ box, number: path.before + i + 1 }];
  });
  // The latest each may be, so that those after it still have their places.
  const latest: number[] = [];
  for (let i = placed.length - 1, limit = Infinity; i >= 0; i--) {
    limit = Math.min(limit - apart, placed[i]?.box.right ?? 1);
    latest[i] = limit;
  }
  let previous = -Infinity;
  return placed.map(({ box, number }, i) => {
    const earliest = Math.max(box.left, previous);
    const wished = Math.max(box.left + apart / 2, previous + apart);
    const x = Math.max(earliest, Math.min(wished, box.right, Math.max(earliest, latest[i] ?? 1)));
    previous = x;
    return { box, number, x };
  });
}
