import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { explore } from "./explore.ts";
import { stepsInWords } from "./script.ts";
import { plainSystem } from "./testing/plain-system.ts";
import { registerActors } from "./testing/register-actors.ts";
import { attiyaBarNoyDolev, singleCopy, synod } from "./testing/register-servers.ts";
import { setPaxos } from "./testing/set-paxos.ts";
import { transactionCommit } from "./testing/transaction-commit.ts";
import { twoPhaseCommit } from "./testing/two-phase-commit.ts";
import type { TransitionSystem } from "./transition-system.ts";

/** Distinct states, states generated and depth, as TLC counts them: states on the way to the last. */
function counted<State, Action>(system: TransitionSystem<State, Action>): readonly [number, number, number] {
  const { valid, whole, distinct, generated, depth, frontier } = explore(system);
  expect({ valid, whole, frontier }).toEqual({ valid: true, whole: true, frontier: 0 });
  return [distinct, generated, depth + 1];
}

describe("the states of published specifications are counted as their model checkers count them", () => {
  test("transaction commit of 3 resource managers: TLC", () => {
    expect(counted(transactionCommit(3))).toEqual([34, 94, 7]);
  });

  test("two-phase commit of 3, 5 and 7 resource managers: TLC and Stateright", () => {
    expect(counted(twoPhaseCommit(3))).toEqual([288, 1_146, 11]);
    expect(counted(twoPhaseCommit(5))).toEqual([8_832, 58_146, 17]);
    expect(counted(twoPhaseCommit(7))).toEqual([296_448, 2_744_706, 23]);
  });

  test("Paxos with 3 acceptors, 2 ballots and 2 values: TLC", () => {
    expect(counted(setPaxos(2, ["v1", "v2"]))).toEqual([3_921, 23_563, 17]);
  });

  test("registers with 2 clients: Stateright", () => {
    expect(counted(registerActors(singleCopy, 1, 2))[0]).toBe(93);
    expect(counted(registerActors(attiyaBarNoyDolev(2), 2, 2))[0]).toBe(544);
    // Of two servers that know nothing of one another it has seen 54 when it stops: all within 7 steps.
    expect(explore(registerActors(singleCopy, 2, 2), { depth: 7 }).distinct).toBe(54);
    expect(counted(registerActors(singleCopy, 2, 2))[0]).toBe(62);
    expect(counted(registerActors(synod(3), 3, 2))[0]).toBe(16_668);
  });
});

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Steps right and down on a square. */
function square(
  size: number,
  wrong?: (point: Point) => string | undefined,
): TransitionSystem<Point, { name: string; next: Point }> {
  return plainSystem<Point>(
    { x: 0, y: 0 },
    ({ x, y }) => [
      ...(x + 1 < size ? [{ name: "right", next: { x: x + 1, y } }] : []),
      ...(y + 1 < size ? [{ name: "down", next: { x, y: y + 1 } }] : []),
    ],
    wrong,
  );
}

describe("an exploration", () => {
  test("finds a shortest way to what is wrong, and can say it in words", () => {
    const system = square(10, ({ x, y }) => (x * y === 6 ? `${x} times ${y} is six` : undefined));
    const { valid, counterexample, depth } = explore(system);
    expect({ valid, depth }).toEqual({ valid: false, depth: 5 });
    expect(stepsInWords(system, counterexample!)).toHaveLength(5);
    expect(counterexample!.states.at(-1)).toEqual({ x: 3, y: 2 });
    expect(counterexample!.violation.explanation).toBe("3 times 2 is six");
  });

  test("sees what is wrong with an initial state", () => {
    const { counterexample, distinct } = explore(square(3, () => "always"));
    expect(distinct).toBe(1);
    expect(counterexample!.actions).toEqual([]);
  });

  test("of at most so many steps holds in these, and says that there are others", () => {
    const system = square(10, ({ x, y }) => (x + y === 5 ? "far" : undefined));
    expect(explore(system, { depth: 4 })).toMatchObject({
      valid: true,
      whole: false,
      depth: 4,
      distinct: 15,
      frontier: 5,
    });
    expect(explore(system, { depth: 5 })).toMatchObject({ valid: false });
    expect(explore(square(3), { depth: 4 })).toMatchObject({ valid: true, whole: true, frontier: 0 });
  });

  test("that meets a limit is unknown, and says how much was seen", () => {
    expect(explore(square(10), { states: 20 })).toMatchObject({
      valid: "unknown",
      whole: false,
      distinct: 20,
      frontier: 7,
      depth: 5,
      reason: "the limit of 20 states was met",
    });
    expect(explore(twoPhaseCommit(6), { bytes: 1 })).toMatchObject({ valid: "unknown", whole: false });
  });

  test("tells how far it is", () => {
    const told: number[] = [];
    explore(twoPhaseCommit(6), { onProgress: ({ generated }) => told.push(generated) });
    expect(told.length).toBeGreaterThan(5);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });

  test("agrees with a plain search on any graph: states, steps, depths, the shortest counterexample, liveness", () => {
    const graph = fc.integer({ min: 1, max: 40 }).chain((size) =>
      fc.record({
        steps: fc.array(fc.array(fc.nat(size - 1), { maxLength: 4 }), { minLength: size, maxLength: size }),
        wrong: fc.nat(2 * size),
        good: fc.array(fc.nat(size - 1), { maxLength: 3 }),
      }),
    );
    fc.assert(
      fc.property(graph, ({ steps, wrong, good }) => {
        const system = {
          ...plainSystem<number>(
            0,
            (state) => steps[state]!.map((next) => ({ name: `${state} to ${next}`, next })),
            (state) => (state === wrong ? "wrong" : undefined),
          ),
          good: (state: number) => good.includes(state),
        };
        const depths = new Map([[0, 0]]);
        for (const [state, depth] of depths) {
          for (const next of steps[state]!) if (!depths.has(next)) depths.set(next, depth + 1);
        }
        const plain = explore(system);
        if (depths.has(wrong)) {
          expect(plain.counterexample!.actions).toHaveLength(depths.get(wrong)!);
          return;
        }
        expect(plain.distinct).toBe(depths.size);
        expect(plain.generated).toBe(
          1 + [...depths.keys()].reduce((sum, state) => sum + steps[state]!.length, 0),
        );
        expect(plain.depth).toBe(Math.max(...depths.values()));

        const hopeful = (state: number): boolean => {
          const reached = new Set([state]);
          for (const each of reached) for (const next of steps[each]!) reached.add(next);
          return good.some((each) => reached.has(each));
        };
        const hopeless = [...depths.keys()].filter((state) => !hopeful(state));
        const live = explore(system, { liveness: true });
        if (hopeless.length === 0) expect(live.valid).toBe(true);
        else {
          expect(live.counterexample!.violation.property).toBe("liveness");
          expect(live.counterexample!.actions).toHaveLength(
            Math.min(...hopeless.map((state) => depths.get(state)!)),
          );
        }
      }),
      { numRuns: 300 },
    );
  });
});
