import { mkdtempSync, appendFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { appendClockOffsets, readClockOffsets } from "../histories/store/clock-offsets.ts";
import { clockSummary } from "./clocks.ts";

test("looks at clocks are kept in a file, of which a torn end is left out", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "rashomon-clocks-")), "clocks.jsonl");
  expect(await readClockOffsets(file)).toBeUndefined();
  const looks = [
    { time: 1, node: "n1", offset: -2.5 },
    { time: 1, node: "n2", offset: null },
  ];
  appendClockOffsets(file, looks);
  appendFileSync(file, `{"time":2,"node":"n1","off`);
  expect(await readClockOffsets(file)).toEqual(looks);
});

test("each node has a row, with a gap where it did not say", () => {
  expect(clockSummary([])).toBeUndefined();
  expect(
    clockSummary([
      { time: 5, node: "n10", offset: 1.005 },
      { time: 5, node: "n2", offset: null },
      { time: 9, node: "n2", offset: -3 },
    ]),
  ).toEqual({
    nodes: ["n2", "n10"],
    times: [5, 9],
    offsets: [
      [null, -3],
      [1, null],
    ],
  });
});

test("of very many looks the report has one in so many, each as it was", () => {
  const offsets = Array.from({ length: 5_000 }, (_, i) => ({ time: i, node: "n1", offset: i }));
  const { times, offsets: [row = []] = [] } = clockSummary(offsets) ?? { times: [] };
  expect(times.length).toBeLessThanOrEqual(2_000);
  expect(row).toEqual(times);
});
