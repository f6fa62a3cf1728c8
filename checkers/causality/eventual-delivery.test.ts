import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { HistoryBuilder } from "../../histories/builder.ts";
import type { Json } from "../../histories/json.ts";
import { deliveryPatience, eventualDelivery } from "./eventual-delivery.ts";

/** Something that happens at a time, in halves of the patience: it begins then and ends half as long later. */
interface Event {
  readonly at: number;
  readonly what: "broadcast" | "read" | "nemesis";
  readonly outcome: "ok" | "info" | "fail";
  readonly node: string;
  /** What is broadcast; what is read. */
  readonly values: readonly number[];
}

const half = deliveryPatience / 2;

function judged(events: readonly Event[], promise?: string): { valid: unknown; types: string[] } {
  const builder = new HistoryBuilder({});
  // Beginnings at even moments and ends at odd ones, in this order.
  const moments = events.flatMap((event, process) => [
    { event, process, moment: 2 * event.at, type: "invoke" as const },
    { event, process, moment: 2 * event.at + 1, type: event.outcome },
  ]);
  for (const { event, process, moment, type } of moments.toSorted((a, b) => a.moment - b.moment)) {
    const { what, node, values } = event;
    const time = (moment * half) / 2;
    if (what === "nemesis") {
      builder.add({ time, type: "info", process: "nemesis", f: "kill", value: null });
      continue;
    }
    const shown: Json = type === "ok" ? [...values] : null;
    const value = what === "broadcast" ? (values[0] ?? 0) : shown;
    builder.add({ time, type, process, f: what, value, node });
  }
  const { valid, anomalies } = eventualDelivery(promise === undefined ? {} : { promise }).check(
    builder.build(),
  );
  return { valid, types: [...new Set(anomalies.map(({ type }) => type))] };
}

/** `0 n1 broadcast 1`, `4 n2 read 1 2`, `1 n1 ?broadcast 1` (no answer), `1 n1 !broadcast 1` (fails), `2 nemesis`. */
function parsed(text: string): Event {
  const [at = "0", node = "", operation = "nemesis", ...values] = text.split(" ");
  const outcome = operation.startsWith("?") ? "info" : operation.startsWith("!") ? "fail" : "ok";
  const what = operation.endsWith("broadcast")
    ? "broadcast"
    : operation.endsWith("read")
      ? "read"
      : "nemesis";
  return { at: Number(at), what, outcome, node, values: values.map(Number) };
}

const outcome = (events: readonly string[], promise?: string) => judged(events.map(parsed), promise);

describe("eventual delivery", () => {
  test.each([
    ["all have all", ["0 n1 broadcast 1", "3 n1 read 1", "3 n2 read 1"], true],
    ["all have all at once", ["0 n1 broadcast 1", "1 n1 read 1", "1 n2 read 1"], true],
    ["late is not never", ["0 n1 broadcast 1", "3 n1 read 1", "3 n2 read", "5 n2 read 1"], true],
    ["what failed is nowhere", ["0 n1 broadcast 1", "0 n1 !broadcast 2", "3 n1 read 1", "3 n2 read 1"], true],
    [
      "what is unknown may be nowhere",
      ["0 n1 broadcast 1", "0 n1 ?broadcast 2", "3 n1 read 1", "3 n2 read 1"],
      true,
    ],
    ["acknowledged and not there", ["0 n1 broadcast 1", "3 n1 read 1", "3 n2 read"], false],
    ["acknowledged and nowhere", ["0 n1 broadcast 1", "3 n1 read", "3 n2 read"], false],
    ["unknown, and at one of them", ["0 n1 ?broadcast 1", "3 n1 read 1", "8 n2 read"], false],
    ["too early to tell", ["0 n1 broadcast 1", "2 n1 read 1", "2 n2 read"], "unknown"],
    ["too early after the nemesis", ["0 n1 broadcast 1", "3 nemesis", "5 n1 read 1", "5 n2 read"], "unknown"],
    ["seen for the first time just now", ["0 n1 ?broadcast 1", "3 n1 read 1", "5 n2 read"], "unknown"],
    ["only one node answers", ["0 n1 broadcast 1", "3 n1 read 1"], "unknown"],
    ["reads are not final", ["0 n1 broadcast 1", "2 n1 read 1", "2 n2 read", "3 nemesis"], "unknown"],
    ["nothing was broadcast", ["3 n1 read", "3 n2 read"], "unknown"],
  ])("%s", (_, events, valid) => {
    expect(outcome(events)).toEqual({ valid, types: valid === false ? ["not-delivered"] : [] });
  });

  test.each([
    [
      "acknowledged by one that is gone",
      ["0 n3 broadcast 1", "0 n1 broadcast 2", "3 n1 read 2", "3 n2 read 2"],
    ],
    [
      "shown by one that is gone",
      ["0 n3 ?broadcast 1", "1 n3 read 1", "0 n1 broadcast 2", "2 nemesis"].concat([
        "5 n1 read 2",
        "5 n2 read 2",
      ]),
    ],
  ])("what was %s must come to all if delivery is uniform", (_, events) => {
    expect(outcome(events, "reliable").valid).toBe(true);
    expect(outcome(events, "uniform")).toEqual({ valid: false, types: ["not-delivered"] });
  });

  test("a promise that it does not know is an error", () => {
    expect(() => eventualDelivery({ promise: "some" })).toThrow(/reliable/);
  });

  const event = fc.record({
    at: fc.nat(8),
    what: fc.constantFrom("broadcast", "read", "read", "read", "nemesis"),
    outcome: fc.constantFrom("ok", "ok", "info", "fail"),
    node: fc.constantFrom("n1", "n2", "n3"),
    values: fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 3 }),
  });

  test("agrees with its definition, event by event", () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 9 }),
        fc.constantFrom("reliable", "uniform"),
        (events, promise) => {
          expect(judged(events as Event[], promise).valid).toBe(byDefinition(events as Event[], promise));
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

/** The same, with no eye to cost: times in halves of the patience, an end being half of one after its beginning. */
function byDefinition(events: readonly Event[], promise: string): boolean | "unknown" {
  const end = ({ at }: Event): number => at + 0.5;
  const calm = Math.max(-1, ...events.filter(({ what }) => what !== "read").map(end));
  const reads = events.filter(({ what, outcome: how }) => what === "read" && how === "ok");
  // Of two that begin at one time the later in the history.
  const lastOf = (node: string): Event | undefined =>
    reads
      .filter((read) => read.node === node)
      .toSorted((a, b) => a.at - b.at)
      .at(-1);
  const final = ["n1", "n2", "n3"].flatMap((node) => {
    const read = lastOf(node);
    return read !== undefined && read.at > calm ? [read] : [];
  });
  const isCorrect = (node: string): boolean =>
    promise === "uniform" || final.some((read) => read.node === node);
  let isOpen = false;
  let isEvidence = false;
  for (const message of [0, 1, 2]) {
    const asked = events.filter(({ what, values }) => what === "broadcast" && values[0] === message);
    // Of several broadcasts the first that did not fail is meant.
    const broadcast = asked.toSorted((a, b) => a.at - b.at).find(({ outcome: how }) => how !== "fail");
    const times = [
      ...(broadcast?.outcome === "ok" && isCorrect(broadcast.node) ? [end(broadcast)] : []),
      ...reads.filter(({ node, values }) => isCorrect(node) && values.includes(message)).map(end),
    ];
    if (times.length === 0) continue;
    isEvidence = true;
    const since = Math.max(calm, Math.min(...times));
    for (const read of final) {
      if (read.values.includes(message)) continue;
      if (read.at >= since + 2) return false;
      isOpen = true;
    }
  }
  return final.length < 2 || isOpen || !isEvidence ? "unknown" : true;
}
