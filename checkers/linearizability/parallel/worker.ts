/** The body of a worker thread: judges objects of a shared history until there are none left to take. */
import { parentPort, workerData } from "node:worker_threads";
import { historyOn } from "../../../histories/shared-history.ts";
import { MostAnomalies } from "../findings.ts";
import { judgeObject } from "../judge-object.ts";
import { modelNamed } from "../models/catalogue.ts";
import { ModelHistory } from "../partition.ts";
import { Expired, NextObject, relayed, type Answer, type Job, type Told } from "./job.ts";

function work({ control, batch, failing, orders, ...job }: Job): void {
  const named = modelNamed(job.model, job.initial);
  const model = job.nullsUnknown ? (named.nullsUnknown?.() ?? named) : named;
  const source = new ModelHistory(historyOn(job.history), model, job.keyed);
  const partitions = source.partitions();
  const limits = {
    steps: job.steps,
    ...(job.bytes === undefined ? {} : { bytes: job.bytes }),
    expired: () => Atomics.load(control, Expired) === 1,
  };
  let room = 0;
  const starts = partitions.map(({ operations }) => (room += operations.length) - operations.length);
  for (;;) {
    const first = Atomics.add(control, NextObject, batch);
    if (first >= partitions.length) return;
    const told: Told[] = [];
    for (let object = first; object < Math.min(first + batch, partitions.length); object++) {
      try {
        const found = judgeObject(source, partitions[object]!, limits, () => fewFailBefore(failing, object));
        const { order, ...finding } = found;
        if (order !== undefined) orders.set(order, starts[object]);
        if (found.end === "nonlinearizable") failing[object] = 1;
        told.push({ object, finding, placed: order?.length ?? 0 });
      } catch (error) {
        // Objects before this one are all taken; those behind it need not be.
        Atomics.store(control, NextObject, partitions.length);
        tell({ told });
        tell({ object, error: relayed(error) });
        return;
      }
    }
    tell({ told });
  }
}

/** Whether an object could be among the first that fail, which are explained. */
function fewFailBefore(failing: Uint8Array, object: number): boolean {
  let count = 0;
  for (let i = 0; i < object && count < MostAnomalies; i++) count += failing[i]!;
  return count < MostAnomalies;
}

function tell(answer: Answer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
  parentPort?.postMessage(answer);
}

// Only `judgeInThreads` starts this file.
work(workerData as Job);
