import { Fail, Info, lastAtMost, Ok, type Operations } from "../report/operations.ts";

/**
 * One row of the timeline: operations that do not overlap, in order of time. The counts before each operation
 * by outcome let a painter know the shares under any pixel by two look-ups, at any zoom.
 */
export interface Lane {
  readonly label: string;
  readonly group: string;
  readonly rows: Int32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Of the first i operations, how many were ok, and how many failed. */
  readonly okBefore: Int32Array;
  readonly failBefore: Int32Array;
}

export type Grouping = "process" | "node" | "key";

/** Lanes that are drawn; a history with more keys or processes shows the first ones and says so. */
export const LanesMax = 2000;

export interface Names {
  readonly node: (node: number) => string;
  readonly key: (key: number) => string;
  readonly process: (process: number) => string;
  /** Client processes at any one time, where known. */
  readonly concurrency: number | undefined;
}

/** Lays the operations out in lanes. */
export function makeLanes(operations: Operations, grouping: Grouping, names: Names): Lane[] {
  const drafts =
    grouping === "key" ? keyDrafts(operations, names) : processDrafts(operations, names, grouping);
  return drafts.slice(0, LanesMax).map(({ label, group, rows }) => finish(operations, label, group, rows));
}

interface Draft {
  label: string;
  group: string;
  readonly rows: number[];
  /** For order: numbers first by group, then inside it. */
  readonly rank: readonly [number, number];
}

/**
 * A lane for each process. A process that an unknown outcome retired is followed in its lane by the one that
 * took over its worker: the first new process, or where the concurrency is known the one with the same rest.
 */
function processDrafts(operations: Operations, names: Names, grouping: Grouping): Draft[] {
  const lanes: (Draft & { process: number; last: number; retired: boolean })[] = [];
  const laneOf = new Map<number, number>();
  let retired = 0;
  for (let row = 0; row < operations.rows; row++) {
    const process = operations.process[row] ?? 0;
    let at = laneOf.get(process);
    if (at === undefined) {
      const start = operations.start[row] ?? 0;
      at = -1;
      if (retired > 0) {
        const { concurrency } = names;
        at = lanes.findIndex(
          (lane) =>
            lane.retired &&
            (operations.end[lane.last] ?? 0) <= start &&
            (concurrency === undefined || (process - lane.process) % concurrency === 0),
        );
      }
      if (at < 0) {
        const node = operations.node[row] ?? -1;
        at = lanes.length;
        lanes.push({
          label: names.process(process),
          group: grouping === "node" ? names.node(node) : "",
          rows: [],
          rank: [grouping === "node" ? node : 0, process],
          process,
          last: row,
          retired: false,
        });
      } else {
        retired--;
        const taken = lanes[at];
        if (taken !== undefined) taken.retired = false;
      }
      laneOf.set(process, at);
    }
    const lane = lanes[at];
    if (lane === undefined) continue;
    lane.rows.push(row);
    lane.process = process;
    lane.last = row;
    if (
      !lane.retired &&
      operations.outcome[row] === Info &&
      (operations.completion[row] ?? 0) !== operations.index[row]
    ) {
      lane.retired = true;
      retired++;
    }
  }
  return lanes.toSorted((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1]);
}

/** Keys by number of operations; the operations of a key that overlap stand in rows below one another. */
function keyDrafts(operations: Operations, names: Names): Draft[] {
  const byKey = new Map<number, number[]>();
  for (let row = 0; row < operations.rows; row++) {
    const key = operations.key[row] ?? -1;
    const rows = byKey.get(key);
    if (rows === undefined) byKey.set(key, [row]);
    else rows.push(row);
  }
  return [...byKey].slice(0, LanesMax).flatMap(([key, rows]) => {
    const packed: Draft[] = [];
    const ends: number[] = [];
    for (const row of rows) {
      const start = operations.start[row] ?? 0;
      let at = ends.findIndex((end) => end <= start);
      if (at < 0) {
        at = ends.length;
        const label = key < 0 ? "no key" : names.key(key);
        packed.push({ label: at === 0 ? label : "", group: label, rows: [], rank: [key, at] });
      }
      ends[at] = operations.end[row] ?? start;
      packed[at]?.rows.push(row);
    }
    return packed;
  });
}

function finish(operations: Operations, label: string, group: string, list: readonly number[]): Lane {
  const rows = Int32Array.from(list);
  const n = rows.length;
  const lane = {
    label,
    group,
    rows,
    start: new Float64Array(n),
    end: new Float64Array(n),
    okBefore: new Int32Array(n + 1),
    failBefore: new Int32Array(n + 1),
  };
  for (let i = 0; i < n; i++) {
    const row = rows[i] ?? 0;
    lane.start[i] = operations.start[row] ?? 0;
    lane.end[i] = operations.end[row] ?? 0;
    const outcome = operations.outcome[row];
    lane.okBefore[i + 1] = (lane.okBefore[i] ?? 0) + (outcome === Ok ? 1 : 0);
    lane.failBefore[i + 1] = (lane.failBefore[i] ?? 0) + (outcome === Fail ? 1 : 0);
  }
  return lane;
}

/** The operation of a lane at a time, or the nearest within `slack`; its place in the lane, −1: none. */
export function hit(lane: Lane, time: number, slack: number): number {
  const before = lastAtMost(lane.start, time);
  if (before >= 0 && (lane.end[before] ?? 0) >= time) return before;
  const gapBefore = before >= 0 ? time - (lane.end[before] ?? 0) : Infinity;
  const gapAfter = before + 1 < lane.start.length ? (lane.start[before + 1] ?? Infinity) - time : Infinity;
  if (Math.min(gapBefore, gapAfter) > slack) return -1;
  return gapBefore <= gapAfter ? before : before + 1;
}
