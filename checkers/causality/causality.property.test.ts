import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EventTraceBuilder, type EventTrace } from "../../histories/event-trace.ts";
import { checkCausality } from "./causality.ts";
import { checkCausalDelivery, checkFifo } from "./delivery.ts";

const numRuns = Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 2000);
const Nodes = 3;

interface Step {
  readonly node: number;
  /** Which of the messages that are under way this event receives, if any. */
  readonly receives: number | undefined;
  readonly sends: boolean;
}

const steps = fc.array(
  fc.record({
    node: fc.nat(Nodes - 1),
    receives: fc.option(fc.nat(5), { nil: undefined }),
    sends: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
);

interface Made {
  readonly node: number;
  readonly sender: number;
  readonly clock: number[];
  readonly own: number;
}

/** Runs of nodes that stamp their events as vector clocks have it, own counts in strides. */
function run(script: readonly Step[], stride: number): Made[] {
  const made: Made[] = [];
  const clocks = Array.from({ length: Nodes }, () => Array.from({ length: Nodes }, () => 0));
  const sent: { readonly event: number; readonly clock: readonly number[] }[] = [];
  for (const { node, receives, sends } of script) {
    const clock = clocks[node]!;
    const message = receives === undefined || sent.length === 0 ? undefined : sent[receives % sent.length];
    message?.clock.forEach((count, i) => (clock[i] = Math.max(clock[i]!, count)));
    clock[node]! += stride;
    if (sends) sent.push({ event: made.length, clock: [...clock] });
    made.push({ node, sender: message?.event ?? -1, clock: [...clock], own: clock[node]! });
  }
  return made;
}

/** Which events happened before which, by transitive closure. */
function happensBefore(made: readonly Made[]): boolean[][] {
  const before = made.map((a, i) => made.map((b, j) => (i < j && a.node === b.node) || b.sender === i));
  for (const k of made.keys())
    for (const i of made.keys())
      for (const j of made.keys()) if (before[i]![k] && before[k]![j]) before[i]![j] = true;
  return before;
}

function traceOf(made: readonly Made[], lamport?: readonly number[], withMessages = true): EventTrace {
  const builder = new EventTraceBuilder();
  made.forEach(({ node, sender, clock }, i) =>
    builder.add({
      node: `n${node}`,
      line: i + 1,
      text: "",
      ...(lamport === undefined
        ? { clock: Object.fromEntries(clock.map((count, at) => [`n${at}`, count])) }
        : { lamport: lamport[i]! }),
      ...(withMessages ? { sends: i, ...(sender < 0 ? {} : { receives: sender }) } : {}),
    }),
  );
  return builder.build();
}

const less = (a: readonly number[], b: readonly number[]): boolean =>
  a.every((count, i) => count <= b[i]!) && a.some((count, i) => count < b[i]!);

describe("vector clocks", () => {
  const mutation = fc.option(
    fc.record({ event: fc.nat(7), at: fc.nat(Nodes - 1), by: fc.constantFrom(-1, 1, 2) }),
  );

  test("are right exactly if they are by their rule; then they are isomorphic to happens-before", () => {
    let wrong = 0;
    let right = 0;
    fc.assert(
      fc.property(steps, fc.constantFrom(1, 2), mutation, (script, stride, change) => {
        const made = run(script, stride).map((each) => ({ ...each, clock: [...each.clock] }));
        if (change !== null) {
          const { clock } = made[change.event % made.length]!;
          clock[change.at] = Math.max(0, clock[change.at]! + change.by);
        }
        const before = happensBefore(made);
        const holds = made.every(({ node, clock }, e) =>
          clock.every((count, at) => {
            const known = made.flatMap((other, i) =>
              other.node === at && (before[i]![e] || i === e) ? [other.clock[at]!] : [],
            );
            if (at === node) return known.slice(0, -1).every((one) => one < count) && count > 0;
            return count === (known.at(-1) ?? 0);
          }),
        );
        const { valid } = checkCausality(traceOf(made));
        expect(valid === false).toBe(!holds);
        if (!holds) wrong++;
        else right++;
        if (valid === true)
          for (const a of made.keys())
            for (const b of made.keys())
              if (a !== b) expect(less(made[a]!.clock, made[b]!.clock)).toBe(before[a]![b]);
      }),
      { numRuns },
    );
    expect(wrong).toBeGreaterThan(numRuns / 10);
    expect(right).toBeGreaterThan(numRuns / 10);
  });

  test("of a log without messages are right exactly if they are those of some messages", () => {
    let wrong = 0;
    let right = 0;
    fc.assert(
      fc.property(steps, fc.array(mutation, { minLength: 1, maxLength: 2 }), (script, changes) => {
        const made = run(script, 1).map((each) => ({ ...each, clock: [...each.clock] }));
        for (const change of changes) {
          if (change === null) continue;
          const { clock, node } = made[change.event % made.length]!;
          if (change.at !== node) clock[change.at] = Math.max(0, clock[change.at]! + change.by);
        }
        const sizes = Array.from({ length: Nodes }, (_, at) => made.filter(({ node }) => node === at).length);
        // Who knows of whom, as the clocks say it.
        const knows = made.map((e) => made.map((f) => e.clock[f.node]! >= f.own));
        const holds = made.every(
          (e, i) =>
            e.clock.every((count, at) => count <= sizes[at]!) &&
            made.every(
              (f, j) =>
                i === j ||
                !knows[i]![j] ||
                (!knows[j]![i] && f.clock.every((count, at) => count <= e.clock[at]!)),
            ),
        );
        const { valid } = checkCausality(traceOf(made, undefined, false));
        if (holds) {
          right++;
          expect(valid).not.toBe(false);
        } else {
          wrong++;
          expect(valid).not.toBe(true);
        }
      }),
      { numRuns },
    );
    expect(wrong).toBeGreaterThan(numRuns / 10);
    expect(right).toBeGreaterThan(numRuns / 10);
  });
});

test("Lamport clocks are right exactly if whatever happened before has a lesser one", () => {
  let wrong = 0;
  fc.assert(
    fc.property(
      steps,
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 8, maxLength: 8 }),
      (script, slack) => {
        const made = run(script, 1);
        const before = happensBefore(made);
        // About as they should be.
        const stamps: number[] = [];
        for (const i of made.keys()) {
          const least = Math.max(0, ...stamps.filter((_, j) => before[j]![i]));
          stamps.push(least + slack[i]!);
        }
        const holds = made.every((_, i) => made.every((__, j) => !before[i]![j] || stamps[i]! < stamps[j]!));
        if (!holds) wrong++;
        expect(checkCausality(traceOf(made, stamps)).valid === false).toBe(!holds);
      },
    ),
    { numRuns },
  );
  expect(wrong).toBeGreaterThan(numRuns / 10);
});

test("causal histories are right exactly if they are what happened before", () => {
  const change = fc.option(fc.record({ event: fc.nat(7), which: fc.nat(7), add: fc.boolean() }));
  fc.assert(
    fc.property(steps, change, (script, spoil) => {
      const made = run(script, 1);
      const before = happensBefore(made);
      const builder = new EventTraceBuilder();
      let holds = true;
      made.forEach(({ node, sender }, e) => {
        const past = made.flatMap((other, i): [string, number][] =>
          i === e || before[i]![e] ? [[`n${other.node}`, other.own]] : [],
        );
        if (spoil !== null && spoil.event % made.length === e) {
          holds = false;
          if (spoil.add) past.push([`n${spoil.which % Nodes}`, 8]);
          else past.splice(spoil.which % past.length, 1);
        }
        builder.add({
          node: `n${node}`,
          line: e + 1,
          text: "",
          past,
          sends: e,
          ...(sender < 0 ? {} : { receives: sender }),
        });
      });
      expect(checkCausality(builder.build()).valid === false).toBe(!holds);
    }),
    { numRuns },
  );
});

describe("delivery", () => {
  test("first in, first out: by the definition", () => {
    fc.assert(
      fc.property(steps, (script) => {
        const made = run(script, 1);
        const arrived = [...made.entries()].filter(([, { sender }]) => sender >= 0);
        const holds = arrived.every(([i, a]) =>
          arrived.every(
            ([j, b]) =>
              !(
                i < j &&
                a.node === b.node &&
                made[a.sender]!.node === made[b.sender]!.node &&
                b.sender < a.sender
              ),
          ),
        );
        expect(checkFifo(traceOf(made)).valid === false).toBe(!holds);
      }),
      { numRuns },
    );
  });

  test("causal: by the definition", () => {
    const action = fc.record({ node: fc.nat(Nodes - 1), deliver: fc.option(fc.nat(5), { nil: undefined }) });
    let broken = 0;
    fc.assert(
      fc.property(fc.array(action, { minLength: 3, maxLength: 9 }), (script) => {
        const builder = new EventTraceBuilder();
        const sent: { readonly event: number; readonly node: number }[] = [];
        const made: { readonly node: number; readonly sender: number; readonly message: number }[] = [];
        for (const { node, deliver } of script) {
          const event = made.length;
          const others = sent.flatMap((one, i) => (one.node === node ? [] : [i]));
          const message = deliver === undefined ? undefined : others[deliver % Math.max(1, others.length)];
          const at = { node: `n${node}`, line: event + 1, text: "" };
          if (message === undefined) {
            builder.add({ ...at, broadcasts: sent.length });
            sent.push({ event, node });
            made.push({ node, sender: -1, message: -1 });
          } else {
            builder.add({ ...at, delivers: message });
            made.push({ node, sender: sent[message]!.event, message });
          }
        }
        const before = happensBefore(made.map((each) => ({ ...each, clock: [], own: 0 })));
        const holds = made.every(
          ({ node, message }, e) =>
            message < 0 ||
            (sent.every(
              (other, m) =>
                m === message ||
                other.node === node ||
                before[other.event]![sent[message]!.event] !== true ||
                made.some((one, i) => i < e && one.node === node && one.message === m),
            ) &&
              !made.some((one, i) => i < e && one.node === node && one.message === message)),
        );
        if (!holds) broken++;
        expect(checkCausalDelivery(builder.build()).valid === false).toBe(!holds);
      }),
      { numRuns },
    );
    expect(broken).toBeGreaterThan(numRuns / 10);
  });
});
