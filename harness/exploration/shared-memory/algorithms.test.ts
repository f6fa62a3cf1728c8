import { describe, expect, test } from "vitest";

import { linearizable } from "../../../checkers/linearizability/linearizable.ts";
import { HistoryBuilder } from "../../../histories/builder.ts";
import type { Json, JsonObject } from "../../../histories/json.ts";
import { seededRandom } from "../../../workloads/random.ts";
import { algorithms } from "../../../systems/protocols/shared-memory/catalogue.ts";
import { register } from "../../../systems/protocols/shared-memory/universal/sequential-object.ts";
import {
  universalMachine,
  universalRules,
  type Rules,
} from "../../../systems/protocols/shared-memory/universal/universal-construction.ts";
import { explore, type Explored } from "../explore.ts";
import { findSubject } from "../subjects.ts";
import type { ConfigurationResult } from "../subject.ts";
import { sharedMemoryOptions } from "./algorithm-subject.ts";
import { SharedMemorySystem, type SharedAction, type SharedState } from "./shared-memory-system.ts";
import { soloView, viewsAfter } from "./views-of-registers.ts";

function explored(name: string, configuration: string, liveness: boolean): ConfigurationResult {
  const found = findSubject(name)
    .configurations()
    .find((each) => each.name === configuration);
  if (found === undefined) throw new Error(`${name} has no configuration ${configuration}`);
  return found.explore({ liveness });
}

describe("consensus under a lock", () => {
  const locks = ["test-and-set-lock", "ticket-lock", "peterson-lock", "bakery-lock"].map(
    (lock) => `${lock}-consensus`,
  );

  test.each(locks)("%s can always come to its end while nobody stops", (name) => {
    expect(explored(name, "two", true)).toMatchObject({ valid: true, whole: true });
  });

  test.each(locks)("%s is safe, and blocked for good, when whoever holds the lock stops", (name) => {
    expect(explored(name, "holder-stops", false)).toMatchObject({ valid: true, whole: true });
    const { valid, counterexample } = explored(name, "holder-stops", true);
    expect(valid).toBe(false);
    expect(counterexample?.violation.property).toBe("liveness");
    expect(counterexample?.steps.some((step) => step.endsWith("stops for good"))).toBe(true);
  });
});

describe("algorithms that wait for nobody", () => {
  const waitFree = algorithms
    .filter(({ properties }) => properties.includes("wait-freedom"))
    .flatMap(({ name, configurations }) =>
      configurations
        .filter(({ refuted, name: configuration }) => refuted === undefined && configuration !== "four")
        .map(({ name: configuration }) => ({ name, configuration })),
    );
  test.each(waitFree)(
    "$name, $configuration: the others come to their end whoever stops",
    ({ name, configuration }) => {
      expect(explored(name, configuration, true)).toMatchObject({ valid: true, whole: true });
    },
  );

  test("with Ω they decide while the leader goes on", () => {
    expect(explored("alpha-omega", "two", true)).toMatchObject({ valid: true, whole: true });
  });

  test("randomized consensus can always come to its end", () => {
    expect(explored("aspnes-herlihy", "two", true)).toMatchObject({ valid: true, whole: true });
  });
});

describe("registers alone", () => {
  const meets = (rounds: number, primitive: "registers" | "test-and-set"): boolean =>
    viewsAfter(rounds, primitive).components.some(
      (views) => views.has(soloView(0, rounds, primitive)) && views.has(soloView(1, rounds, primitive)),
    );

  test.each([1, 2, 3, 4])(
    "%i rounds: what one must decide alone and the other alone hangs together",
    (rounds) => {
      expect(viewsAfter(rounds).components.length).toBe(1);
      expect(meets(rounds, "registers")).toBe(true);
    },
  );

  test.each([1, 2, 3])(
    "%i rounds and one test-and-set: it does not, so that consensus is possible",
    (rounds) => {
      expect(meets(rounds, "test-and-set")).toBe(false);
    },
  );
});

describe("the universal construction serves a register", () => {
  const operations: readonly JsonObject[] = [
    { f: "write", value: 1 },
    { f: "cas", from: 1, to: 2 },
    { f: "cas", from: 2, to: 3 },
    { f: "cas", from: 3, to: 1 },
    { f: "read" },
  ];

  /** The history that clients see of a run under a random schedule. */
  function history(rules: Rules, seed: number): ReturnType<HistoryBuilder["build"]> {
    const random = seededRandom(`universal ${seed}`);
    const machine = universalMachine(register, rules);
    const scripts = [0, 1, 2].map(() => Array.from({ length: 4 }, () => random.pick(operations)));
    const memory = machine.memory(3);
    const locals = scripts.map((script, process) => machine.begin(process, 3, script));
    const builder = new HistoryBuilder({});
    let time = 0;
    const record = (type: "invoke" | "ok" | "fail", process: number, number: number, result: Json): void => {
      const { f, value = null, from = null, to = null } = scripts[process]![number]!;
      const asked = f === "cas" ? [from, to] : value;
      const fails = type === "ok" && f === "cas" && result === false;
      builder.add({
        time: time++,
        type: fails ? "fail" : type,
        process,
        f: typeof f === "string" ? f : "unknown",
        value: type === "invoke" || f !== "read" ? asked : result,
      });
    };
    for (;;) {
      const going = locals.filter((local) => !machine.ended(local));
      if (going.length === 0) return builder.build();
      const local = random.pick(going);
      const done = local.results.length;
      if (local.at === "announce") record("invoke", local.me, done, null);
      machine.step(memory, local, () => 0);
      if (local.results.length > done) record("ok", local.me, done, local.results[done] ?? null);
    }
  }
  const seeds = Array.from({ length: 60 }, (_, i) => i + 1);
  const checker = linearizable({ model: "cas-register" });

  test("that is linearizable under schedules at random", () => {
    for (const seed of seeds) {
      expect({ seed, valid: checker.check(history(universalRules, seed)).valid }).toEqual({
        seed,
        valid: true,
      });
    }
  });

  test("and that is not without consensus", () => {
    // Helpers mostly propose the same; each for itself, they differ.
    const rules = { helps: false, decides: false };
    const many = Array.from({ length: 300 }, (_, i) => i + 1);
    expect(many.some((seed) => checker.check(history(rules, seed)).valid === false)).toBe(true);
  });
});

describe("randomized consensus", () => {
  /** Every run until somebody is about to flip a coin. */
  function untilFlip(inputs: readonly number[]): Explored<SharedState, SharedAction> {
    const algorithm = algorithms.find(({ name }) => name === "aspnes-herlihy")!;
    const system = new SharedMemorySystem(
      sharedMemoryOptions(algorithm, undefined, { name: "alike or not", inputs }),
    );
    return explore<SharedState, SharedAction>({
      initial: () => system.initial(),
      actions: (state) => system.actions(state),
      next: (state, action) => system.next(state, action),
      fingerprint: (state, into) => system.fingerprint(state, into),
      describe: (state, action) => system.describe(state, action),
      violation: (state) =>
        system.violation(state) ??
        (system.actions(state).some((action) => system.describe(state, action).includes("flip its coin"))
          ? { property: "no flip", nodes: [], explanation: "somebody flips a coin" }
          : undefined),
    });
  }

  test.each([[[0, 0]], [[1, 1]], [[1, 1, 1]]])("flips no coin where all propose the same: %j", (inputs) => {
    expect(untilFlip(inputs)).toMatchObject({ valid: true, whole: true });
  });

  test("flips one where they do not", () => {
    expect(untilFlip([0, 1]).counterexample?.violation.property).toBe("no flip");
  });
});
