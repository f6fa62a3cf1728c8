import { describe, expect, test } from "vitest";
import { history } from "../../histories/testing/notation.ts";
import { faultIntervals } from "./fault-intervals.ts";
import { latencies, quantile } from "./latency.ts";
import { availability, outages, rates } from "./rates.ts";

const second = 1e9;

const run = history(`
  0 invoke read @0
  1 invoke read @100000000
  0 ok read @200000000
  1 ok read @500000000
  0 invoke write 1 @900000000
  0 info write 1 @1500000000
  1 invoke read @1600000000
  1 fail read @1700000000
  1 invoke read @3000000000
  1 ok read @3100000000
  2 invoke read @3200000000
`);

describe("latencies", () => {
  test("are by function, outcome and window of the invocation", () => {
    expect(latencies(run, second, [0.5, 1])).toEqual([
      { f: "read", outcome: "fail", start: second, count: 1, quantiles: [1e8, 1e8] },
      { f: "read", outcome: "ok", start: 0, count: 2, quantiles: [2e8, 4e8] },
      { f: "read", outcome: "ok", start: 3 * second, count: 1, quantiles: [1e8, 1e8] },
      { f: "write", outcome: "info", start: 0, count: 1, quantiles: [6e8, 6e8] },
    ]);
  });

  test("quantiles are latencies that occurred", () => {
    const sorted = Float64Array.of(1, 2, 3, 4);
    expect([0, 0.25, 0.26, 0.5, 0.99, 1].map((q) => quantile(sorted, q))).toEqual([1, 1, 2, 2, 4, 4]);
  });
});

test("rates are completions a second by function, outcome and window", () => {
  expect(rates(run, second / 2)).toEqual([
    { f: "read", outcome: "fail", perSecond: [0, 0, 0, 2, 0, 0, 0] },
    { f: "read", outcome: "ok", perSecond: [2, 2, 0, 0, 0, 0, 2] },
    { f: "write", outcome: "info", perSecond: [0, 0, 0, 2, 0, 0, 0] },
  ]);
});

test("availability is the share of successes among what ended in a window", () => {
  expect(availability(run, second)).toEqual([
    { start: 0, ended: 2, share: 1 },
    { start: second, ended: 2, share: 0 },
    { start: 2 * second, ended: 0 },
    { start: 3 * second, ended: 1, share: 1 },
  ]);
});

test("outages are stretches in which operations were tried and none succeeded", () => {
  expect(outages(run, second)).toEqual([{ start: 5e8, end: 3.1e9, unsuccessful: 2 }]);
  expect(outages(run, 3 * second)).toEqual([]);
});

test("a history without events has nothing to show", () => {
  expect([
    latencies(history(""), second),
    rates(history(""), second),
    availability(history(""), second),
  ]).toEqual([[], [], []]);
});

describe("fault intervals", () => {
  const legend = [
    { name: "partition", start: ["start-partition"], stop: ["heal"], color: "#c00" },
    { name: "kill", start: ["kill"], stop: ["restart"], color: "#00c" },
  ];

  test("run from the completion that applied a fault to the one that undid it", () => {
    const recorded = history(`
      nemesis info start-partition @10
      0 invoke read @11
      nemesis info start-partition @20
      nemesis info kill @30
      nemesis info kill @40
      nemesis info heal @50
      nemesis info heal @60
    `);
    expect(faultIntervals(recorded, legend)).toEqual([
      { name: "partition", color: "#c00", start: 20, end: 60, operations: [0, 2, 5, 6] },
      { name: "kill", color: "#00c", start: 40, operations: [3, 4] },
    ]);
  });

  test("pair the first start with the first stop", () => {
    const recorded = history(
      ["kill", "kill", "restart", "restart"].map((f) => `nemesis info ${f}\nnemesis info ${f}`).join("\n"),
    );
    expect(faultIntervals(recorded, legend).map(({ start, end }) => [start, end])).toEqual([
      [1, 5],
      [3, 7],
    ]);
  });

  test("leave out what could not be applied", () => {
    const recorded = history(`
      nemesis info kill @10
      nemesis info kill @20 error="not permitted"
      nemesis info restart @30
      nemesis info restart @40
    `);
    expect(faultIntervals(recorded, legend)).toEqual([]);
  });
});
