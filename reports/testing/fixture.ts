import { HistoryBuilder } from "../../histories/builder.ts";
import type { History } from "../../histories/history.ts";
import type { TestDescription } from "../../histories/store/test-description.ts";

/** A small generator of numbers for fixtures (a linear congruence; Numerical Recipes, §7.1). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface FixtureOptions {
  readonly operations: number;
  readonly seconds: number;
  readonly processes: number;
  readonly nodes: number;
  readonly keys: number;
  readonly seed: number;
  /** Whether a read now and then answers with a value that had been overwritten. */
  readonly stale: boolean;
  readonly faults: boolean;
}

export const usual: FixtureOptions = {
  operations: 3000,
  seconds: 15,
  processes: 10,
  nodes: 5,
  keys: 4,
  seed: 7,
  stale: false,
  faults: true,
};

interface Event {
  readonly time: number;
  readonly act: () => void;
}

/**
 * A history as a real run would leave it: registers on a few keys, clients in closed loops, partitions that
 * slow things down and lose answers, kills that fail calls. Every effect takes place at one moment inside
 * its operation, so that the history is linearizable unless `stale` asks otherwise.
 */
export function fixtureHistory(options: FixtureOptions): History {
  const random = generator(options.seed);
  const builder = new HistoryBuilder({ name: "registers", workload: "register", seed: String(options.seed) });
  const end = options.seconds * 1e9;
  const registers = Array.from({ length: options.keys }, (): number[] => [0]);
  const queue: Event[] = [];
  const at = (when: number, act: () => void): void => {
    const time = Math.round(when);
    let low = 0;
    let high = queue.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((queue[middle]?.time ?? 0) > time) low = middle + 1;
      else high = middle;
    }
    queue.splice(low, 0, { time, act });
  };
  let partitioned = false;
  let killed = false;
  let written = 0;
  let left = options.operations;
  const think = (end * options.processes) / options.operations;

  const loop = (process: number, begin: number): void => {
    const time = Math.round(begin);
    if (left-- <= 0 || time > end) return;
    const key = Math.floor(random() * options.keys);
    const register = registers[key] ?? [0];
    const f = ["read", "write", "cas"][Math.floor(random() * 3)] ?? "read";
    const node = `n${(process % options.nodes) + 1}`;
    const trouble = (partitioned && random() < 0.35) || (killed && random() < 0.15);
    const took = trouble
      ? 1e9 * (0.2 + random() * 0.4)
      : 1e6 * Math.exp(1 + random() * 1.6 + (partitioned ? 1.2 : 0));
    const value = f === "read" ? null : f === "write" ? ++written : [register.at(-1) ?? 0, ++written];
    at(time, () => builder.add({ time, process, type: "invoke", f, key, value, node }));
    let result: typeof value | undefined;
    const lost = trouble && random() < 0.5;
    at(time + took * random(), () => {
      const current = register.at(-1) ?? 0;
      if (f === "read")
        result = options.stale && partitioned && random() < 0.04 ? (register.at(-4) ?? 0) : current;
      else if (f === "write" && !(trouble && !lost)) register.push(Number(value));
      else if (Array.isArray(value) && current === value[0] && !(trouble && !lost)) {
        register.push(value[1] ?? 0);
        result = value;
      }
      if (f === "write") result = value;
    });
    const done = Math.round(time + took);
    at(done, () => {
      const base = { time: done, process, f, key, node };
      const refused = f === "cas" && result === undefined;
      let next = process;
      if (trouble && lost && f !== "read") {
        builder.add({ ...base, type: "info", value, error: "timeout" });
        next = process + options.processes;
      } else if (trouble) builder.add({ ...base, type: "fail", value, error: ["connection refused", node] });
      else if (refused) builder.add({ ...base, type: "fail", value, error: "precondition failed" });
      else builder.add({ ...base, type: "ok", value: result ?? value });
      loop(next, done + think * (0.2 + random() * 0.9));
    });
  };
  const fault = (f: string, begin: number, value: string, act: () => void): void => {
    const time = Math.round(begin);
    at(time, () => builder.add({ time, process: "nemesis", type: "invoke", f, value: null }));
    const done = time + 4e6;
    at(done, () => {
      builder.add({ time: done, process: "nemesis", type: "ok", f, value });
      act();
    });
  };
  if (options.faults) {
    for (let i = 0; i < 3; i++) {
      const from = end * (0.1 + i * 0.3);
      const groups = ["n1 | n2 n3 n4 n5", "n1 n2 | n3 n4 n5", "n1 n2 n4 | n3 n5"][i] ?? "";
      fault("start-partition", from, groups, () => (partitioned = true));
      fault("stop-partition", from + end * 0.15, "healed", () => (partitioned = false));
      fault("kill", from + end * 0.12, `n${i + 1}`, () => (killed = true));
      fault("restart", from + end * 0.2, `n${i + 1}`, () => (killed = false));
    }
  }
  for (let process = 0; process < options.processes; process++) loop(process, (random() + 0.01) * think);
  for (let event = queue.pop(); event !== undefined; event = queue.pop()) event.act();
  return builder.build();
}

export function fixtureDescription(options: FixtureOptions, mutant?: string): TestDescription {
  return {
    format: 1,
    name: mutant === undefined ? "paxos-register" : `paxos-register-${mutant}`,
    system: "paxos",
    ...(mutant === undefined ? {} : { mutant }),
    workload: "register",
    seed: String(options.seed),
    nodes: Array.from({ length: options.nodes }, (_, i) => `n${i + 1}`),
    concurrency: options.processes,
    seconds: options.seconds,
    faults: ["partition", "kill"],
    legend: [
      { name: "partition", start: ["start-partition"], stop: ["stop-partition"], color: "#7A5CA8" },
      { name: "kill", start: ["kill"], stop: ["restart"], color: "#8A6D3B" },
    ],
    checks: [{ checker: "linearizable", model: "cas-register", keyed: true }, { checker: "stats" }],
    command:
      `rashomon test paxos${mutant === undefined ? "" : ` --mutant ${mutant}`} --workload register ` +
      `--faults partition,kill --time ${options.seconds} --seed ${options.seed}`,
    versions: { rashomon: "0.1.0", node: "v20.20.0" },
    started: "2026-03-01T12:00:00.000Z",
  };
}
