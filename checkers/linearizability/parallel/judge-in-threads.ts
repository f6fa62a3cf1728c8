import { shared } from "../../../histories/shared.ts";
import type { Finding } from "../judge-object.ts";
import type { ModelHistory, Partition } from "../partition.ts";
import { errorOf, Expired, NextObject, type Answer, type Job, type RelayedError } from "./job.ts";

export interface Threads {
  /** How many worker threads. */
  readonly workers: number;
  /** The compiled file of their body; that of the built package unless given. */
  readonly worker?: URL;
}

/** What is to be judged, for threads. */
export interface Task {
  readonly source: ModelHistory;
  readonly partitions: readonly Partition[];
  /** The first object that is not judged yet, and which of those before it fail. */
  readonly first: number;
  readonly failing: readonly number[];
  readonly model: Pick<Job, "model" | "initial" | "nullsUnknown">;
  readonly limits: Pick<Job, "steps" | "bytes">;
  /** When the user's time is over. */
  readonly seconds?: number;
}

/**
 * Judges the objects from `first` on in worker threads over shared memory, and gives what was found in the
 * order of the objects: each is judged by itself, so neither the number of threads nor who comes first shows.
 * What an object throws is thrown, that of the first if several do. The threads end with the promise.
 */
export async function judgeInThreads(
  { source, partitions, first, failing, model, limits, seconds }: Task,
  { workers, worker }: Threads,
): Promise<Finding[]> {
  // Imported here, so that the checkers also load where there are no worker threads.
  const { Worker } = await import("node:worker_threads");
  const { createRequire } = await import("node:module");
  const body = worker ?? createRequire(import.meta.url).resolve("rashomon/checkers/judge-worker");
  const left = partitions.length - first;
  const count = Math.min(workers, left);
  const starts: number[] = [];
  let room = 0;
  for (const { operations } of partitions) {
    starts.push(room);
    room += operations.length;
  }
  const job: Job = {
    history: source.history.share(),
    ...model,
    ...limits,
    keyed: source.keyed,
    control: shared(new Int32Array(2)),
    batch: Math.max(1, Math.min(64, Math.floor(left / (16 * count)))),
    failing: shared(new Uint8Array(partitions.length)),
    orders: new Int32Array(new SharedArrayBuffer(4 * room)),
  };
  job.control[NextObject] = first;
  for (const object of failing) job.failing[object] = 1;

  const findings = Array.from<Finding | undefined>({ length: left });
  let failure: { readonly object: number; readonly error: RelayedError } | undefined;
  const hear = (answer: Answer): void => {
    if ("error" in answer) {
      if (failure === undefined || answer.object < failure.object) failure = answer;
      return;
    }
    for (const { object, finding, placed } of answer.told) {
      const start = starts[object] ?? 0;
      const order = job.orders.subarray(start, start + placed);
      findings[object - first] = finding.end === "linearizable" ? { ...finding, order } : finding;
    }
  };
  const expiry =
    seconds === undefined
      ? undefined
      : setTimeout(() => Atomics.store(job.control, Expired, 1), Math.max(0, seconds) * 1000);
  const threads = Array.from({ length: count }, () => new Worker(body, { workerData: job }));
  try {
    await Promise.all(
      threads.map(
        (thread) =>
          new Promise<void>((resolve, reject) => {
            thread.on("message", hear);
            thread.once("error", reject);
            thread.once("exit", () => resolve());
          }),
      ),
    );
  } finally {
    clearTimeout(expiry);
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
  if (failure !== undefined) throw errorOf(failure.error);
  return findings.map((finding) => {
    if (finding === undefined) throw new Error("a thread ended before its work");
    return finding;
  });
}
