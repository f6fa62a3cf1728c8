import { describe, expect, it } from "vitest";
import {
  andThen,
  any,
  clients,
  concurrencyLimit,
  cycle,
  delay,
  eachThread,
  filter,
  flipFlop,
  limit,
  log,
  map,
  mix,
  nemesis,
  onThreads,
  once,
  phases,
  processLimit,
  repeat,
  reserve,
  sequence,
  shortestAny,
  sleep,
  stagger,
  synchronize,
  timeLimit,
  untilOk,
  type Plan,
} from "../../workloads/generators/index.ts";
import { imperfect, perfectInfo, quick, simulate, type SimulatedSystem } from "./simulate.ts";
import { alone, functions, invocations, lines, times } from "./testing/schedules.ts";

const a = { f: "a" };
const b = { f: "b" };
const c = { f: "c" };
const clientsOnly = { withNemesis: false } as const;

/** How often each function occurs. */
function tally(text: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const f of text.split(" ")) counts[f] = (counts[f] ?? 0) + 1;
  return counts;
}

const countdown: Plan = (_, count) => (count < 3 ? { f: `f${count}` } : undefined);

const pairs: Plan = (_, count) => (count < 2 ? [{ f: `x${count}` }, { f: `y${count}` }] : undefined);

const dice: Plan = ({ time, random }) => ({ f: "roll", value: [time, random.int(6)] });

/** Operations a take 100 ns, others 1. */
const slowA: SimulatedSystem = ({ f }) => ({ type: "ok", latency: f === "a" ? 100 : 1 });

/** The first operation takes `latency`, the others nothing. */
const stall = (latency: number): SimulatedSystem => {
  return (_, count) => ({ type: "ok", latency: count === 0 ? latency : 0 });
};

const slowNemesis: SimulatedSystem = ({ thread }) => ({
  type: "ok",
  latency: thread === "nemesis" ? 1000 : 10,
});

const thirdIsOk: SimulatedSystem = (_, count) => ({ type: count === 2 ? "ok" : "fail", latency: 10 });

const onlyOthers: SimulatedSystem = ({ f }, count) => ({
  type: f === "b" || count > 8 ? "ok" : "fail",
  latency: 10,
});

const onlyA = (plan: Plan): Plan => filter(({ f }) => f === "a", plan);

const roll = (seed: string): string[] => lines(simulate(limit(4, dice), { ...alone, seed }));

describe("plans", () => {
  it("a template is one operation, its value null unless given", () => {
    expect(lines(simulate({ f: "write", value: 3, key: "x" }, alone))).toEqual([
      '0 0 invoke write 3 key="x"',
      '10 0 ok write 3 key="x"',
    ]);
    expect(lines(simulate({ f: "read" }, alone))[0]).toBe("0 0 invoke read");
  });

  it("an array is its members one after another", () => {
    expect(functions([a, [b, c], a], alone)).toBe("a b c a");
    expect(functions([], alone)).toBe("");
  });

  it("a function is called again and again, until it returns nothing", () => {
    expect(functions(countdown, alone)).toBe("f0 f1 f2");
  });

  it("what a function returns is carried out to its end before the next call", () => {
    expect(functions(pairs, alone)).toBe("x0 y0 x1 y1");
  });

  it("a function sees the time and draws chance from the seed", () => {
    expect(roll("1")).toEqual(roll("1"));
    expect(roll("1")).not.toEqual(roll("2"));
  });

  it("a template may name its thread, and waits for it", () => {
    const onSecond = { f: "a", thread: 1 };
    expect(times([onSecond, onSecond, b], clientsOnly)).toBe("0:a 10:a 10:b");
  });

  it("any free thread does an operation that names none", () => {
    const threads = invocations(limit(60, repeat(a)), { concurrency: 3, withNemesis: false });
    expect(new Set(threads.map(({ thread }) => thread))).toEqual(new Set([0, 1, 2]));
    // Which thread is first is chance.
    const first = new Set(
      Array.from({ length: 20 }, (_, seed) => invocations(a, { ...clientsOnly, seed })[0]?.thread),
    );
    expect(first).toEqual(new Set([0, 1]));
  });
});

describe("repetition", () => {
  it("once is the first operation", () => {
    expect(functions(once([a, b]), alone)).toBe("a");
  });

  it("repeat gives the same operation again without advancing the plan", () => {
    expect(functions(repeat(3, [a, b]), alone)).toBe("a a a");
    expect(functions(repeat(0, a), alone)).toBe("");
    expect(invocations(repeat(a), { ...alone, operations: 50 })).toHaveLength(50);
  });

  it("cycle begins anew when the plan has ended", () => {
    expect(functions(cycle(2, [a, b]), alone)).toBe("a b a b");
    expect(functions(limit(5, cycle([a, b])), alone)).toBe("a b a b a");
    expect(functions(cycle(0, a), alone)).toBe("");
  });

  it("cycle of an empty plan ends, instead of going round for ever", () => {
    expect(functions(cycle([]), alone)).toBe("");
  });
});

describe("limits", () => {
  it("limit ends after so many operations", () => {
    expect(functions(limit(2, [a, b, c]), alone)).toBe("a b");
    expect(functions(limit(0, a), alone)).toBe("");
    expect(functions(limit(9, [a, b]), alone)).toBe("a b");
  });

  it("timeLimit runs from when it is first asked, and ends what waits", () => {
    expect(times([sleep(7), timeLimit(25, repeat(a)), b], alone)).toBe("7:a 17:a 27:a 37:b");
    expect(times([timeLimit(25, [a, sleep(1000), a]), b], alone)).toBe("0:a 25:b");
  });

  it("timeLimit does not end before its deadline because the next operation lies behind it", () => {
    const late = any(
      [sleep(100), a],
      onThreads((thread) => thread === 0, delay(10, repeat(3, b))),
    );
    expect(times([timeLimit(50, late), c], { ...clientsOnly, system: quick })).toBe("0:b 10:b 20:b 50:c");
  });

  it("processLimit ends before one process too many", () => {
    const schedule = invocations(processLimit(5, repeat(a)), { ...clientsOnly, system: perfectInfo });
    expect(new Set(schedule.map(({ process }) => process)).size).toBe(5);
    // Without crashes there are only as many processes as threads.
    expect(invocations(limit(50, processLimit(2, repeat(a))), clientsOnly)).toHaveLength(50);
  });

  it("concurrencyLimit counts only its own open operations", () => {
    const plan = any(limit(6, concurrencyLimit(2, repeat(a))), limit(40, repeat(b)));
    const { events } = simulate(plan, { concurrency: 5, withNemesis: false, system: slowA });
    let open = 0;
    let most = 0;
    for (const { f, type } of events) {
      if (f === "a") open += type === "invoke" ? 1 : -1;
      most = Math.max(most, open);
    }
    expect(most).toBe(2);
    expect(events.filter(({ f }) => f === "b").at(-1)?.time).toBeLessThan(100);
  });
});

describe("pace", () => {
  it("stagger keeps its mean rate over all threads together", () => {
    const schedule = invocations(limit(1000, stagger(100, repeat(a))), { concurrency: 5 });
    const last = schedule.at(-1)?.time ?? 0;
    expect(schedule[0]?.time).toBe(0);
    expect(Math.abs(last / 999 - 100)).toBeLessThan(5);
    const gaps = schedule.slice(1).map(({ time }, i) => time - (schedule[i]?.time ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(200);
    expect(Math.max(...gaps)).toBeGreaterThan(190);
    expect(Math.min(...gaps)).toBeLessThan(10);
  });

  it("stagger makes up for a short stall, but not for a long one in a burst", () => {
    const after = (latency: number): number =>
      invocations(limit(100, stagger(100, repeat(a))), { ...alone, system: stall(latency) }).at(-1)?.time ??
      0;
    const unhindered = after(0);
    expect(after(500)).toBeLessThan(unhindered + 300);
    expect(after(1_000_000)).toBeGreaterThan(1_000_000 + 85 * 80);
    const burst = invocations(limit(100, stagger(100, repeat(a))), { ...alone, system: stall(1_000_000) });
    expect(burst.filter(({ time }) => time === 1_000_000).length).toBeLessThan(30);
  });

  it("delay keeps at least its gap, over all threads together", () => {
    expect(times(limit(4, delay(15, repeat(a))), clientsOnly)).toBe("0:a 15:a 30:a 45:a");
    expect(times(limit(3, delay(4, repeat(a))), alone)).toBe("0:a 10:a 20:a");
  });

  it("sleep waits from when its turn comes, and takes no thread", () => {
    expect(times([a, sleep(50), b], alone)).toBe("0:a 50:b");
    expect(times(phases(a, sleep(50), b), alone)).toBe("0:a 60:b");
    expect(times([sleep(4.6), a], alone)).toBe("5:a");
    expect(times(any([sleep(50), b], limit(3, delay(20, repeat(a)))), alone)).toBe("0:a 20:a 40:a 50:b");
    expect(times(cycle(3, [sleep(5), a]), { ...alone, system: quick })).toBe("5:a 10:a 15:a");
  });
});

describe("choice", () => {
  it("mix chooses by chance for every operation, in equal shares", () => {
    const counts = tally(functions(limit(900, mix([repeat(a), repeat(b), repeat(c)])), alone));
    for (const f of ["a", "b", "c"]) expect(Math.abs((counts[f] ?? 0) - 300)).toBeLessThan(45);
  });

  it("mix heeds weights", () => {
    const counts = tally(functions(limit(900, mix([repeat(a), repeat(b)], [1, 8])), alone));
    expect(Math.abs((counts["a"] ?? 0) - 100)).toBeLessThan(30);
  });

  it("mix lets the others go on when one waits, and when one has ended", () => {
    expect(times(mix([[sleep(35), a], limit(5, repeat(b))]), alone)).toMatch(
      /^0:b 10:b 20:b 30:b 40:(a 50:b|b 50:a)$/,
    );
    expect(tally(functions(mix([limit(3, repeat(a)), limit(20, repeat(b))]), alone))).toEqual({
      a: 3,
      b: 20,
    });
  });

  it("mix ends when all have ended, and waits for none that has", () => {
    expect(functions(mix([]), alone)).toBe("");
    expect(functions(mix([[], []]), alone)).toBe("");
  });

  it("any takes whichever has an operation now, and lets each wait on its own", () => {
    const slow = delay(30, repeat(3, a));
    const fast = delay(20, repeat(4, b));
    expect(times(any([sleep(1), slow], fast), { ...alone, system: quick })).toBe(
      "0:b 1:a 20:b 31:a 40:b 60:b 61:a",
    );
  });

  it("any breaks ties by chance", () => {
    const counts = tally(functions(limit(400, any(repeat(a), repeat(b))), alone));
    expect(Math.abs((counts["a"] ?? 0) - 200)).toBeLessThan(40);
  });

  it("any starves nobody: a wait runs although others are always ready", () => {
    const schedule = invocations(any(repeat(a), [sleep(100), b]), { ...alone, operations: 200 });
    const first = schedule.find(({ f }) => f === "b")?.time ?? Infinity;
    expect(first).toBeGreaterThanOrEqual(100);
    expect(first).toBeLessThan(200);
  });

  it("shortestAny ends with the first that ends", () => {
    expect(times([shortestAny(delay(10, repeat(a)), sleep(25)), b], { ...alone, system: quick })).toBe(
      "0:a 10:a 20:a 25:b",
    );
  });

  it("flipFlop takes turns, also when the one whose turn it is has to wait", () => {
    expect(functions(flipFlop(repeat(a), [b, c]), alone)).toBe("a b a c a");
    expect(times(limit(4, flipFlop(repeat(a), [sleep(33), repeat(b)])), alone)).toBe("0:a 33:b 43:a 53:b");
  });
});

describe("order", () => {
  it("sequence does not wait for operations to complete, phases does", () => {
    expect(times(sequence(repeat(2, a), b), clientsOnly)).toBe("0:a 0:a 10:b");
    expect(times(sequence(a, b), clientsOnly)).toBe("0:a 0:b");
    expect(times(phases(a, b, c), clientsOnly)).toBe("0:a 10:b 20:c");
    expect(times(andThen(a, b), clientsOnly)).toBe("0:a 10:b");
  });

  it("synchronize waits for the threads that the plan may use, and no others", () => {
    const plan = clients([a, synchronize(b)], c);
    expect(times(plan, { system: slowNemesis })).toMatch(/^(0:a 0:c|0:c 0:a) 10:b$/);
    expect(
      times(any(nemesis(c), [onThreads((thread) => thread === 0, a), synchronize(b)]), {
        system: slowNemesis,
      }),
    ).toMatch(/ 1000:b$/);
  });

  it("synchronize no longer waits once it has begun", () => {
    expect(times(synchronize(repeat(4, a)), clientsOnly)).toBe("0:a 0:a 10:a 10:a");
  });

  it("untilOk ends with the first ok of its own", () => {
    expect(functions([untilOk(repeat(a)), b], { ...alone, system: thirdIsOk })).toBe("a a a b");
    expect(functions([untilOk([a, a]), b], { ...alone, system: perfectInfo })).toBe("a a b");
  });

  it("untilOk is not fooled by operations of others", () => {
    const plan = any(
      [untilOk(onThreads((thread) => thread === 0, repeat(a))), c],
      onThreads((thread) => thread === 1, repeat(10, b)),
    );
    const { events } = simulate(plan, { ...clientsOnly, system: onlyOthers });
    const before = events.slice(
      0,
      events.findIndex(({ f }) => f === "c"),
    );
    expect(before.some(({ f, type }) => f === "a" && type === "ok")).toBe(true);
  });
});

describe("threads", () => {
  it("clients and nemesis keep to their threads", () => {
    const schedule = invocations(clients(repeat(20, a), repeat(5, b)));
    expect(schedule.filter(({ f }) => f === "a").every(({ thread }) => thread !== "nemesis")).toBe(true);
    expect(schedule.filter(({ f }) => f === "b").map(({ process }) => process)).toEqual(
      Array(5).fill("nemesis"),
    );
    expect(functions(nemesis(b))).toBe("b");
  });

  it("eachThread gives every thread its own copy", () => {
    const schedule = invocations(clients(eachThread([a, b])), { concurrency: 3 });
    for (const thread of [0, 1, 2]) {
      expect(schedule.filter((event) => event.thread === thread).map(({ f }) => f)).toEqual(["a", "b"]);
    }
    expect(schedule).toHaveLength(6);
  });

  it("reserve sets threads aside", () => {
    const plan = limit(
      120,
      reserve(
        [
          [2, repeat(a)],
          [1, repeat(b)],
        ],
        repeat(c),
      ),
    );
    const schedule = invocations(plan, { concurrency: 5, withNemesis: false });
    const expected = ["a", "a", "b", "c", "c"];
    expect(new Set(schedule.map(({ thread, f }) => `${thread}${f}`))).toEqual(
      new Set(expected.map((f, thread) => `${thread}${f}`)),
    );
  });

  it("reserve shares by the number of threads when several have an operation", () => {
    const plan = reserve([[1, stagger(100, repeat(a))]], stagger(100, repeat(b)));
    const counts = tally(functions(limit(300, plan), { concurrency: 4, withNemesis: false, system: quick }));
    expect(Math.abs((counts["a"] ?? 0) - 150)).toBeLessThan(25);
    const first = Array.from({ length: 200 }, (_, seed) =>
      functions(limit(1, reserve([[1, repeat(a)]], repeat(b))), { concurrency: 4, withNemesis: false, seed }),
    );
    expect(Math.abs(first.filter((f) => f === "a").length - 50)).toBeLessThan(20);
  });

  it("a client's crash does not move its thread", () => {
    const schedule = invocations(
      limit(
        6,
        onThreads((thread) => thread === 1, repeat(a)),
      ),
      { system: perfectInfo },
    );
    expect(schedule.map(({ process }) => process)).toEqual([1, 3, 5, 7, 9, 11]);
  });
});

describe("transformation", () => {
  it("map changes what it names", () => {
    const plan = map(({ f, value }) => ({ f: f.toUpperCase(), value: [value] }), [a, { f: "b", value: 1 }]);
    expect(
      lines(simulate(plan, { ...alone, system: quick })).filter((line) => line.includes("invoke")),
    ).toEqual(["0 0 invoke A [null]", "0 0 invoke B [1]"]);
  });

  it("filter drops operations as if they had not been proposed", () => {
    expect(
      functions(
        filter(({ f }) => f !== "b", [a, b, b, c]),
        alone,
      ),
    ).toBe("a c");
    expect(
      functions(
        limit(
          2,
          filter(({ f }) => f !== "b", [b, a, c, a]),
        ),
        alone,
      ),
    ).toBe("a c");
  });

  it("filter takes nothing from the limits behind it: what was dropped is not open", () => {
    expect(times(onlyA(concurrencyLimit(1, [b, b, a, b, a])), clientsOnly)).toBe("0:a 10:a");
    expect(functions([onlyA(untilOk([b, a, a])), c], alone)).toBe("a c");
  });

  it("log takes no thread, no time and no place in the history", () => {
    const schedule = simulate(limit(2, [a, log("between"), b, log("after")]), alone);
    expect(schedule.logs).toEqual([{ time: 0, message: "between" }]);
    expect(schedule.events.map(({ f }) => f)).toEqual(["a", "a", "b", "b"]);
  });
});

describe("mixed outcomes", () => {
  it("ok keeps the process, info retires it, fail keeps it", () => {
    expect(lines(simulate(limit(5, repeat(a)), { ...alone, system: imperfect() }))).toEqual([
      "0 0 invoke a",
      "10 0 ok a",
      "10 0 invoke a",
      "30 0 info a",
      "30 1 invoke a",
      "60 1 fail a",
      "60 1 invoke a",
      "70 1 ok a",
      "70 1 invoke a",
      "90 1 info a",
    ]);
  });
});
