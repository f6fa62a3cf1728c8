import { logPromises } from "../checkers/index.ts";
import { canonical, isJsonArray } from "../histories/json.ts";
import type { Context, Event, Generator } from "./generators/index.ts";
import { eachThread, remembering, type Remembered } from "./generators/index.ts";
import { atTheEnd, paced, wholeNumber } from "./pace.ts";
import type { Check, Workload, WorkloadOptions } from "./workload.ts";

/** As many partitions as are enough for their orders to be independent, few enough for each to be contended for. */
const defaultPartitions = 3;

/** One of so many polls goes back to where others, or the same client, have polled before. */
const pollsPerRewind = 8;

/**
 * Unique messages are appended to a few logs, the partitions of one, and polled from offsets: everybody goes on where the last poll ended, and now and then goes
 * back; in the end everybody polls everything. After Jepsen's kafka.
 */
export const log: Workload = {
  name: "log",
  summary: "unique messages are appended to partitioned logs, and polled by their offsets",
  operations: [
    {
      f: "append",
      argument: "a message that nobody else appends, an integer; the key is the partition: 0, 1, …",
      result: "its offset, a whole number from 0 on, one more for each; null if it is not told",
      example: { argument: 3, result: 41 },
    },
    {
      f: "poll",
      argument: "an offset; the key is the partition",
      result:
        "[[offset, message], …]: what is there from that offset on, in order and without gaps, as many as the system likes; [] only if there is nothing",
      example: {
        argument: 40,
        result: [
          [40, 2],
          [41, 3],
        ],
      },
    },
  ],
  settings: ["promise", "keys"],
  promises: logPromises,
  generator: (options) => paced(options, appendsAndPolls(partitionsOf(options))),
  finalGenerator: (options) => atTheEnd(eachThread(pollAll(partitionsOf(options)))),
  checks: judges,
};

function partitionsOf({ keys }: WorkloadOptions): number {
  return wholeNumber("number of partitions", keys ?? defaultPartitions, 1);
}

interface Memory {
  readonly next: number;
  /** "thread partition" → the offset after the last that this thread has seen there. */
  readonly positions: ReadonlyMap<string, number>;
}

function appendsAndPolls(partitions: number): Generator {
  const next = (memory: Memory, { random }: Context, thread: number): Remembered<Memory> => {
    const key = random.int(partitions);
    if (random.chance(1, 2))
      return {
        operation: { f: "append", key, value: memory.next },
        memory: { ...memory, next: memory.next + 1 },
      };
    const position = memory.positions.get(`${thread} ${key}`) ?? 0;
    const from = random.chance(1, pollsPerRewind) ? random.int(position + 1) : position;
    return { operation: { f: "poll", key, value: from }, memory };
  };
  const hear = (memory: Memory, event: Event): Memory => {
    const after = offsetAfter(event);
    if (after === undefined || after === "end") return memory;
    const place = `${event.thread} ${canonical(event.key ?? null)}`;
    if (after <= (memory.positions.get(place) ?? 0)) return memory;
    return { ...memory, positions: new Map(memory.positions).set(place, after) };
  };
  return remembering<Memory>({ next: 1, positions: new Map() }, next, hear);
}

/** Where a poll that succeeded ended; `end` if there was nothing. */
function offsetAfter({ kind, f, type, value }: Event): number | "end" | undefined {
  if (kind !== "complete" || f !== "poll" || type !== "ok" || !isJsonArray(value)) return undefined;
  if (value.length === 0) return "end";
  let last = -1;
  for (const record of value) {
    const [offset] = isJsonArray(record) ? record : [];
    if (typeof offset === "number") last = Math.max(last, offset);
  }
  return last < 0 ? undefined : last + 1;
}

interface Place {
  readonly partition: number;
  readonly offset: number;
}

/** Polls every partition from its beginning until there is nothing. */
function pollAll(partitions: number): Generator {
  return remembering<Place>(
    { partition: 0, offset: 0 },
    (place) =>
      place.partition === partitions
        ? undefined
        : { operation: { f: "poll", key: place.partition, value: place.offset }, memory: place },
    (place, event) => {
      const after = offsetAfter(event);
      if (after === undefined || event.key !== place.partition) return place;
      return after === "end"
        ? { partition: place.partition + 1, offset: 0 }
        : { ...place, offset: Math.max(after, place.offset) };
    },
  );
}

function judges({ promise }: WorkloadOptions): Check[] {
  const entries: Check = { checker: "log", ...(promise === undefined ? {} : { promise }) };
  return promise === "linearizable" ? [entries, { checker: "linearizable", model: "log" }] : [entries];
}
