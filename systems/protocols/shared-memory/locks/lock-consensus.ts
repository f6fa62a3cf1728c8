import type { Json } from "../../../../histories/json.ts";
import type { BundledAlgorithm, SharedMemoryConfiguration } from "../../../contracts/shared-memory.ts";
import { algorithm, type AlgorithmMutant } from "../bundle.ts";
import { decide, inWordsOrEmpty, machineOf, type Lines } from "../program.ts";
import { bakeryLock, bakeryWithoutDoorway } from "./bakery.ts";
import type { Lock, Locker } from "./lock.ts";
import { petersonLock } from "./peterson.ts";
import { leaseLock, spinLock } from "./spin-lock.ts";
import { ticketLock } from "./ticket-lock.ts";

interface Memory<Objects> {
  /** What is decided; empty until somebody has. */
  x: Json;
  readonly lock: Objects;
}

interface Local<Own> extends Locker<Own> {
  readonly value: Json;
  /** What the process has read or written of X. */
  found: Json;
}

type Phase = "acquire" | "read" | "write" | "release";

interface Rules<Objects, Own> {
  readonly lock: Lock<Objects, Own>;
  /** What is done in which order. */
  readonly phases: readonly Phase[];
}

const phases: readonly Phase[] = ["acquire", "read", "write", "release"];

function linesOf<Objects, Own>({
  lock,
  phases: order,
}: Rules<Objects, Own>): Lines<Memory<Objects>, Local<Own>> {
  const after = (local: Local<Own>, phase: Phase): void => {
    const next = order[order.indexOf(phase) + 1];
    if (next === undefined) return decide(local, local.found);
    local.at = next;
    // Who has found a value has none to write.
    if (next === "write" && local.found !== null) after(local, "write");
  };
  const ofLock = (lines: Lines<Objects, Locker<Own>>): Lines<Memory<Objects>, Local<Own>> =>
    Object.fromEntries(
      Object.entries(lines).map(([name, line]) => [
        name,
        {
          does: line.does,
          blocked: ({ lock: objects }: Memory<Objects>, local: Local<Own>) =>
            line.blocked?.(objects, local) ?? false,
          run: ({ lock: objects }: Memory<Objects>, local: Local<Own>, choose: (bound: number) => number) =>
            line.run(objects, local, choose),
        },
      ]),
    );
  // The lines of a lock are only ever run with processes of this program.
  const then =
    (phase: Phase) =>
    (local: Locker<Own>): void =>
      after(local as Local<Own>, phase);
  return {
    ...ofLock(lock.acquire(then("acquire"))),
    read: {
      does: "read X",
      run(memory, local) {
        local.found = memory.x;
        after(local, "read");
      },
    },
    write: {
      does: ({ value }) => `write ${inWordsOrEmpty(value)} to X`,
      run(memory, local) {
        memory.x = local.found = local.value;
        after(local, "write");
      },
    },
    ...ofLock(lock.release(then("release"))),
  };
}

function consensus<Objects, Own>(
  lock: Lock<Objects, Own>,
  configurations: readonly SharedMemoryConfiguration[],
  mutants: readonly AlgorithmMutant<Rules<Objects, Own>>[],
): BundledAlgorithm {
  const name = `${lock.name}-consensus`;
  return algorithm<Rules<Objects, Own>>({
    name,
    summary: `Consensus under ${lock.summary}: safe, and blocked for good when whoever holds the lock stops.`,
    properties: ["agreement", "validity", "mutual-exclusion"],
    processes: lock.processes,
    configurations,
    rules: { lock, phases },
    mutants,
    machine: (rules) =>
      machineOf<Memory<Objects>, Local<Own>>({
        name,
        memory: (processes) => ({ x: null, lock: rules.lock.objects(processes) }),
        begin: (me, processes, value) => ({
          at: rules.phases[0]!,
          me,
          processes,
          value,
          found: null,
          decided: null,
          lock: rules.lock.own(),
        }),
        lines: linesOf(rules),
        view: (_memory, { at }) => ({ holds: holdsAt(rules.phases, at) ? ["L"] : [] }),
      }),
  });
}

/** Whether a process that is about to do `at` has the lock: it comes after `acquire` and not after `release`. */
function holdsAt(order: readonly Phase[], at: string): boolean {
  const place = order.findIndex((phase) => phase === at);
  return place > order.indexOf("acquire") && place <= order.indexOf("release");
}

const two = ["a", "b"];
const three = ["a", "b", "c"];
const stops = { stops: 1 } as const;
const waits = (steps: number): Pick<SharedMemoryConfiguration, "refuted"> => ({
  refuted: { property: "wait-freedom", steps },
});

export const lockConsensus: readonly BundledAlgorithm[] = [
  consensus(
    spinLock,
    [
      { name: "two", inputs: two },
      { name: "three", inputs: three },
      { name: "holder-stops", inputs: two, ...stops },
      { name: "waiting", inputs: two, ...waits(1) },
    ],
    [
      {
        name: "release-before-write",
        summary: "The lock is given back after X was read, before it is written.",
        exploration: { configuration: "two", property: "agreement", steps: 8 },
        rules: { lock: spinLock, phases: ["acquire", "read", "release", "write"] },
      },
      {
        name: "read-outside",
        summary: "X is read before the lock is taken.",
        exploration: { configuration: "two", property: "agreement", steps: 8 },
        rules: { lock: spinLock, phases: ["read", "acquire", "write", "release"] },
      },
      {
        name: "lease",
        summary: "The lock is a lease without fencing: it may run out while its holder is at work.",
        exploration: { configuration: "two", property: "mutual-exclusion", steps: 2 },
        rules: { lock: leaseLock, phases },
      },
    ],
  ),
  consensus(
    ticketLock,
    [
      { name: "two", inputs: two },
      { name: "three", inputs: three },
      { name: "holder-stops", inputs: two, ...stops },
      { name: "waiting", inputs: two, ...waits(2) },
    ],
    [],
  ),
  consensus(
    petersonLock,
    [
      { name: "two", inputs: two },
      { name: "holder-stops", inputs: two, ...stops },
      { name: "waiting", inputs: two, ...waits(3) },
    ],
    [],
  ),
  consensus(
    bakeryLock,
    [
      { name: "two", inputs: two },
      { name: "three", inputs: three },
      { name: "holder-stops", inputs: two, ...stops },
      { name: "waiting", inputs: two, ...waits(5) },
    ],
    [
      {
        name: "no-doorway",
        summary: "Nobody shows that it is choosing a number, so that others do not wait for it.",
        exploration: { configuration: "two", property: "mutual-exclusion", steps: 12 },
        rules: { lock: bakeryWithoutDoorway, phases },
      },
    ],
  ),
];
