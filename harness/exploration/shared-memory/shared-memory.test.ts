import { describe, expect, test } from "vitest";

import { agreement } from "../../../checkers/consensus/agreement.ts";
import type { Monitor } from "../../../checkers/consensus/monitor.ts";
import { validity } from "../../../checkers/consensus/validity.ts";
import type { Json } from "../../../histories/json.ts";
import type { StepMachine } from "../../../systems/contracts/shared-memory.ts";
import { explore, type Explored } from "../explore.ts";
import { replayScript, scriptOf, stepsInWords } from "../script.ts";
import {
  SharedMemorySystem,
  type SharedAction,
  type SharedMemoryOptions,
  type SharedState,
} from "./shared-memory-system.ts";

type Memory = Record<string, Json>;

interface Local {
  readonly me: number;
  at: number;
  readonly input: Json;
  /** What it has read. */
  read: Json;
  decided?: Json;
}

/** A program: at each place one atomic operation, which says where to go on; `end` ends it. */
interface Line {
  readonly does: string;
  readonly step: (memory: Memory, local: Local, choose: (bound: number) => number) => void;
  readonly waits?: (memory: Memory, local: Local) => boolean;
}

function machine(lines: readonly Line[], memory: Memory = {}): StepMachine<unknown, unknown> {
  const program: StepMachine<Memory, Local> = {
    name: "program",
    memory: () => memory,
    begin: (process, _processes, input) => ({ me: process, at: 0, input, read: null }),
    ended: ({ at }) => at >= lines.length,
    step(shared, local, choose) {
      const line = lines[local.at++]!;
      line.step(shared, local, choose);
    },
    upcoming: ({ at }) => lines[at]!.does,
    blocked: (shared, local) => lines[local.at]!.waits?.(shared, local) ?? false,
    view: (_shared, { decided }) => (decided === undefined ? {} : { decided: { decision: decided } }),
  };
  return program;
}

const monitors = [agreement, validity] as unknown as readonly Monitor[];

function explored(
  of: StepMachine<unknown, unknown>,
  inputs: readonly Json[],
  more: Partial<SharedMemoryOptions> = {},
): Explored<SharedState, SharedAction> & { readonly words: readonly string[] } {
  const system = new SharedMemorySystem({
    machine: of,
    inputs,
    stops: 0,
    monitors,
    waitFree: false,
    deadlockFree: true,
    ...more,
  });
  const result = explore(system);
  return {
    ...result,
    words: result.counterexample === undefined ? [] : stepsInWords(system, result.counterexample),
  };
}

const compareAndSwap: readonly Line[] = [
  {
    does: "compare-and-swap X from empty",
    step: (memory, { input }) => void (memory["X"] ??= input),
  },
  { does: "read X", step: (memory, local) => void (local.decided = memory["X"]!) },
];

describe("consensus by compare-and-swap", () => {
  test("holds for any number of processes, within two steps of each, whoever stops", () => {
    for (const inputs of [["a"], ["a", "b"], ["a", "b", "c"]]) {
      const result = explored(machine(compareAndSwap), inputs, {
        waitFree: true,
        stepBounds: inputs.map(() => 2),
        stops: inputs.length,
      });
      expect(result).toMatchObject({ valid: true, whole: true });
    }
  });

  test("has as many states as there are ways to get there", () => {
    // Nobody has swapped; or one has, and is at the second step or done, and the others are anywhere.
    expect(explored(machine(compareAndSwap), ["a"]).distinct).toBe(1 + 2);
    expect(explored(machine(compareAndSwap), ["a", "b"]).distinct).toBe(1 + 2 * (2 * 3));
    expect(explored(machine(compareAndSwap), ["a", "b", "c"]).distinct).toBe(1 + 3 * (2 * 3 * 3));
  });

  test("is too slow for a bound of one step", () => {
    const result = explored(machine(compareAndSwap), ["a", "b"], { waitFree: true, stepBounds: [1, 1] });
    expect(result.counterexample!.violation).toMatchObject({ property: "wait-freedom", nodes: ["p0"] });
    expect(result.words).toEqual(["p0: compare-and-swap X from empty"]);
  });

  test("split in two steps breaks in four", () => {
    const split: readonly Line[] = [
      { does: "read X", step: (memory, local) => void (local.read = memory["X"] ?? null) },
      {
        does: "write X if it was empty",
        step(memory, local) {
          if (local.read === null) memory["X"] = local.input;
          local.decided = local.read ?? local.input;
        },
      },
    ];
    const { counterexample, words } = explored(machine(split), ["a", "b"]);
    expect(counterexample!.violation.property).toBe("agreement");
    expect(words).toEqual([
      "p0: read X",
      "p1: read X",
      "p0: write X if it was empty",
      "p1: write X if it was empty",
    ]);
  });
});

const lock: Line = {
  does: "acquire L",
  step: (memory, { me }) => void (memory["L"] = me),
  waits: (memory) => memory["L"] !== undefined,
};
const unlock: Line = { does: "release L", step: (memory) => void delete memory["L"] };

describe("waiting", () => {
  const locked = machine([lock, compareAndSwap[0]!, compareAndSwap[1]!, unlock]);

  test("is no harm where wait-freedom is not promised", () => {
    expect(explored(locked, ["a", "b"])).toMatchObject({ valid: true, whole: true });
    expect(explored(locked, ["a", "b"], { stops: 1 })).toMatchObject({ valid: true, whole: true });
  });

  test("breaks wait-freedom", () => {
    const { counterexample, words } = explored(locked, ["a", "b"], { waitFree: true });
    expect(counterexample!.violation).toMatchObject({ property: "wait-freedom", nodes: ["p1"] });
    expect(words).toEqual(["p0: acquire L"]);
  });

  test("for each other is a deadlock", () => {
    const take = (name: (me: number) => string): Line => ({
      does: "take a fork",
      step: (memory, { me }) => void (memory[name(me)] = me),
      waits: (memory, { me }) => memory[name(me)] !== undefined,
    });
    const release: Line = {
      does: "put both back",
      step(memory) {
        delete memory["fork 0"];
        delete memory["fork 1"];
      },
    };
    const forks = machine([take((me) => `fork ${me}`), take((me) => `fork ${1 - me}`), release]);
    const { counterexample, words } = explored(forks, [null, null]);
    expect(counterexample!.violation).toMatchObject({ property: "deadlock-freedom", nodes: ["p0", "p1"] });
    expect(words).toHaveLength(2);
  });
});

describe("wait-freedom without a bound", () => {
  /** Reads again until the other has written. */
  const spinning = (step: Line["step"]): StepMachine<unknown, unknown> =>
    machine([
      { does: "write", step: (memory, { me }) => void (memory[`w${me}`] = true) },
      { does: "look", step },
    ]);

  test("is broken by a way round", () => {
    const { counterexample, words } = explored(
      spinning((memory, local) => {
        if (memory[`w${1 - local.me}`] === undefined) local.at--;
      }),
      [null, null],
      { waitFree: true },
    );
    expect(counterexample!.violation.property).toBe("wait-freedom");
    expect(words).toEqual(["p0: write", "p0: look"]);
  });

  test("holds if every run ends", () => {
    expect(
      explored(
        spinning(() => undefined),
        [null, null],
        { waitFree: true },
      ).valid,
    ).toBe(true);
  });
});

test("coins fall in all ways, and a script says how they fell", () => {
  const tossing = machine([
    { does: "toss", step: (_memory, local, choose) => void (local.decided = choose(3)) },
  ]);
  expect(explored(tossing, [0]).counterexample!.violation.property).toBe("validity");
  expect(explored(tossing, [0], { monitors: [] }).distinct).toBe(4);
  const system = (): SharedMemorySystem =>
    new SharedMemorySystem({
      machine: tossing,
      inputs: [0],
      stops: 0,
      monitors,
      waitFree: false,
      deadlockFree: true,
    });
  const { counterexample } = explore(system());
  const script = scriptOf(system(), counterexample!, { protocol: "tossing", configuration: "one" });
  expect(script.steps).toEqual([{ do: "step", process: "p0", random: [1] }]);
  expect(replayScript(system(), script).violation).toEqual(counterexample!.violation);
});
