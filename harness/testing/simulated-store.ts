import type { Bug } from "../../systems/databases/transactional/bugs.ts";
import { Executor } from "../../systems/databases/transactional/executor.ts";
import { Store, type Isolation } from "../../systems/databases/transactional/store.ts";
import { chance, seedOf } from "../../systems/chance.ts";
import type { Completion } from "../../systems/contracts/client.ts";
import { HistoryBuilder } from "../../histories/builder.ts";
import type { History } from "../../histories/history.ts";
import {
  clients,
  limit,
  phases,
  workload as findWorkload,
  type WorkloadSettings,
} from "../../workloads/index.ts";
import { Scheduler, type Dispatch } from "../scheduler/scheduler.ts";

export interface SimulatedStoreOptions {
  readonly isolation: Isolation;
  readonly bug?: Bug;
  readonly workload: string;
  readonly settings?: WorkloadSettings;
  readonly seed: string;
  /** How many operations clients begin, besides the last ones. */
  readonly operations: number;
  /** 8 unless given. */
  readonly concurrency?: number;
  /** Of so many answers one is lost, so that nobody knows the outcome; none unless given. */
  readonly lost?: number;
}

/** What clients of a transactional store see, in virtual time: the same for the same options, whatever the machine. */
export function simulateStore(options: SimulatedStoreOptions): History {
  const { isolation, bug, workload, settings, seed, operations, concurrency = 8, lost } = options;
  const found = findWorkload(workload);
  const chosen = { ...settings, concurrency };
  const scheduler = new Scheduler({
    generator: phases(
      limit(operations, clients(found.generator(chosen))),
      ...(found.finalGenerator === undefined ? [] : [clients(found.finalGenerator(chosen))]),
    ),
    concurrency,
    seed,
  });
  const random = chance(seedOf(seed));
  const executor = new Executor({
    store: new Store({ isolation, ...(bug === undefined ? {} : { bug }) }),
    workload,
    random,
  });
  const history = new HistoryBuilder({ workload, seed });
  let time = 0;
  const record = (dispatch: Dispatch, type: "invoke" | Completion["type"], completion?: Completion): void => {
    const { process, f, key, value } = dispatch;
    const error = completion?.error;
    history.add({
      time,
      process,
      type,
      f,
      ...(key === undefined ? {} : { key }),
      value: completion?.value ?? value,
      ...(error === undefined ? {} : { error }),
    });
  };
  for (;;) {
    const step = scheduler.next(time);
    switch (step.kind) {
      case "dispatch": {
        const { operation } = step;
        const { process, thread, f, key, value } = operation;
        record(operation, "invoke");
        const invocation = { process, f, value, ...(key === undefined ? {} : { key }) };
        executor.submit(time / 1e6, Number(process), invocation, (answer) => {
          const unheard = lost !== undefined && random(lost) === 0;
          const completion: Completion = unheard ? { type: "info", error: "no answer" } : answer;
          record(operation, completion.type, completion);
          scheduler.complete(thread, completion, time);
        });
        break;
      }
      case "log":
        break;
      case "wait": {
        const due = executor.due ?? Infinity;
        const until = step.until ?? Infinity;
        time = Math.max(time, Math.min(Math.ceil(due * 1e6), until));
        // What is due in milliseconds may be a rounding away from what it is in nanoseconds.
        executor.run(due * 1e6 <= until ? due : time / 1e6);
        break;
      }
      case "done":
        return history.build();
    }
  }
}
