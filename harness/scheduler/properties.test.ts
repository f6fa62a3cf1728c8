import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  any,
  clients,
  concurrencyLimit,
  concurrentKeys,
  cycle,
  delay,
  eachThread,
  filter,
  flipFlop,
  interrupted,
  limit,
  log,
  map,
  mix,
  phases,
  processLimit,
  remembering,
  repeat,
  reserve,
  sequence,
  shortestAny,
  sleep,
  stagger,
  synchronize,
  timeLimit,
  untilNotFailed,
  untilOk,
  type Generator,
  type Plan,
} from "../../workloads/generators/index.ts";
import {
  imperfect,
  perfect,
  perfectInfo,
  quick,
  simulate,
  type Schedule,
  type SimulatedSystem,
} from "./simulate.ts";
import { lines } from "./testing/schedules.ts";

const concurrency = 4;

/** Plans of every combinator, nested at random. */
const plans = fc.letrec<{ plan: Plan }>((tie) => {
  const plan = tie("plan");
  const count = fc.integer({ min: 1, max: 6 });
  const time = fc.integer({ min: 1, max: 60 });
  const members = fc.array(plan, { minLength: 1, maxLength: 3 });
  const combine = <Argument>(
    argument: fc.Arbitrary<Argument>,
    combinator: (argument: Argument, plan: Plan) => Plan,
  ): fc.Arbitrary<Plan> => fc.tuple(argument, plan).map(([given, inner]) => combinator(given, inner));
  return {
    plan: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom<Plan>({ f: "a" }, { f: "b", value: [1] }, { f: "c", value: { x: null } }),
      fc.constant<Plan>((context, called) =>
        called < 3 ? { f: "called", value: context.random.int(10) } : undefined,
      ),
      time.map((duration) => sleep(duration)),
      fc.constant<Plan>(log("message")),
      members.map((inner) => sequence(...inner)),
      members.map((inner) => phases(...inner)),
      members.map((inner) => any(...inner)),
      members.map((inner) => shortestAny(...inner)),
      members.map((inner) => mix(inner)),
      members.map((inner) => flipFlop(...inner)),
      combine(count, (times, inner) => repeat(times, inner)),
      combine(count, (times, inner) => cycle(times, inner)),
      combine(count, (most, inner) => limit(most, inner)),
      combine(count, (most, inner) => processLimit(most, inner)),
      combine(count, (most, inner) => concurrencyLimit(most, inner)),
      combine(time, (duration, inner) => timeLimit(duration, inner)),
      combine(time, (gap, inner) => stagger(gap, inner)),
      combine(time, (gap, inner) => delay(gap, inner)),
      combine(fc.constant(0), (_, inner) => synchronize(inner)),
      combine(fc.constant(0), (_, inner) => untilOk(inner)),
      combine(fc.constant(0), (_, inner) => untilNotFailed(inner)),
      combine(fc.constant(0), (_, inner) => eachThread(inner)),
      combine(fc.constant("a"), (f, inner) => filter((operation) => operation.f !== f, inner)),
      combine(fc.constant(0), (_, inner) => map(({ value }) => ({ value: [value] }), inner)),
      fc.tuple(plan, plan).map(([inner, rest]) => reserve([[1, inner]], rest)),
      fc
        .tuple(plan, plan, plan, time, time)
        .map(([inner, beside, interlude, before, after]) =>
          interrupted(inner, { beside, before, interlude, after }),
        ),
      fc
        .constant(0)
        .map(() =>
          remembering(0, (memory, { random }) =>
            memory < 5
              ? { operation: { f: "remember", value: [memory, random.int(9)] }, memory: memory + 1 }
              : undefined,
          ),
        ),
    ),
  };
}).plan;

const keyedPlans = fc
  .array(plans, { minLength: 3, maxLength: 3 })
  .map((inner): Plan => concurrentKeys(2, [0, 1, 2], (key) => inner[Number(key)] ?? []));

const anyPlan = fc.oneof({ weight: 4, arbitrary: plans }, { weight: 1, arbitrary: keyedPlans });

const systems: Record<string, () => SimulatedSystem> = {
  quick: () => quick,
  perfect: () => perfect,
  perfectInfo: () => perfectInfo,
  imperfect,
};

const runs = fc.record({
  plan: anyPlan,
  system: fc.constantFrom(...Object.keys(systems)),
  seed: fc.nat(1000),
});

function run({ plan, system, seed }: { plan: Plan; system: string; seed: number }): Schedule {
  const simulated = systems[system]?.();
  if (simulated === undefined) throw new Error(system);
  return simulate(clients(plan), { concurrency, seed, system: simulated, operations: 300 });
}

describe("every plan", () => {
  it("makes a lawful history: no time goes back, no thread does two things, no dead process acts", () => {
    fc.assert(
      fc.property(runs, (given) => {
        const { events } = run(given);
        const open = new Map<string, string>();
        const retired = new Set<unknown>();
        let time = 0;
        for (const event of events) {
          expect(event.time).toBeGreaterThanOrEqual(time);
          time = event.time;
          expect(retired).not.toContain(event.process);
          const thread = String(event.thread);
          if (event.type === "invoke") {
            expect(open.has(thread)).toBe(false);
            open.set(thread, event.f);
            expect(Number(event.process) % concurrency).toBe(event.thread);
          } else {
            expect(open.get(thread)).toBe(event.f);
            open.delete(thread);
            if (event.type === "info") retired.add(event.process);
          }
        }
        expect(open.size).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it("makes the same schedule from the same seed", () => {
    fc.assert(
      fc.property(runs, (given) => {
        expect(lines(run(given))).toEqual(lines(run(given)));
      }),
      { numRuns: 200 },
    );
  });

  it("is pure: asked twice it answers the same, and asking leaves no trace", () => {
    fc.assert(
      fc.property(runs, (given) => {
        const once = run(given);
        const twice = run({ ...given, plan: asked(given.plan) });
        expect(lines(twice)).toEqual(lines(once));
        expect(twice.logs).toEqual(once.logs);
        expect(twice.end).toBe(once.end);
      }),
      { numRuns: 300 },
    );
  });

  it("keeps to the limits that are put around it", () => {
    fc.assert(
      fc.property(runs, fc.integer({ min: 1, max: 5 }), (given, most) => {
        const limited = run({ ...given, plan: limit(most, given.plan) }).events;
        expect(limited.filter(({ type }) => type === "invoke").length).toBeLessThanOrEqual(most);

        let open = 0;
        for (const { type } of run({ ...given, plan: concurrencyLimit(most, given.plan) }).events) {
          open += type === "invoke" ? 1 : -1;
          expect(open).toBeLessThanOrEqual(most);
        }

        const processes = run({ ...given, plan: processLimit(most, given.plan) }).events;
        expect(new Set(processes.map(({ process }) => process)).size).toBeLessThanOrEqual(most);

        for (const { type, time } of run({ ...given, plan: timeLimit(most * 10, given.plan) }).events) {
          if (type === "invoke") expect(time).toBeLessThan(most * 10);
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** A plan that is asked twice for every answer; the first answer, and all that it drew, is thrown away. */
function asked(plan: Plan): Generator {
  const around = (inner: Generator): Generator => ({
    next(context) {
      const state = context.random.state();
      inner.next(context);
      context.random.restore(state);
      const answer = inner.next(context);
      return answer.kind === "done" ? answer : { ...answer, generator: around(answer.generator) };
    },
    update: (context, event) => around(inner.update(context, event)),
  });
  return around(sequence(plan));
}
