import { describe, expect, test } from "vitest";
import { history } from "../histories/testing/notation.ts";
import { laneChart } from "./lane-chart.ts";

const stale = history(`
  0 invoke write 1
  0 ok write 1
  1 invoke write 2
  1 ok write 2
  4 invoke read
  4 ok read 1
`);

const chart = (...lines: readonly string[]) => lines;

describe("a chart of operations in lanes", () => {
  test("shows what came before what, and marks the one that cannot be placed", () => {
    expect(laneChart(stale, [0, 2, 4], { width: 80, culprit: 4 })).toEqual(
      chart(
        "  process 0  ├ write 1 ┤",
        "  process 1             ├ write 2 ┤",
        "  process 4                        ├ read → 1 ┤ ✗",
      ),
    );
  });

  test("shows what was at once, several operations of a process, and what never ended", () => {
    const many = history(`
      0 invoke write 1
      1 invoke write 2
      0 ok write 1
      4 invoke write 3
      1 ok write 2
      4 info write 3
      0 invoke cas [2, 5]
      0 ok cas [2, 5]
      2 invoke read
      2 ok read {"a": [1, 2, 3]}
    `);
    expect(laneChart(many, [0, 1, 3, 6, 8], { width: 90, culprit: 8 })).toEqual(
      chart(
        "  process 0  ├ write 1 ┤  ├ cas [2,5] ┤",
        "  process 1   ├ write 2 ─┤",
        '  process 2                            ├ read → {"a":[1,2,3]} ┤ ✗',
        "  process 4             ├ write 3 ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ ?",
      ),
    );
  });

  test("cuts labels to the width there is, and gives up where even that does not do", () => {
    const long = history(`
      0 invoke write "a rather long text"
      0 ok write "a rather long text"
      1 invoke read
      1 ok read "another rather long text"
    `);
    const narrow = laneChart(long, [0, 2], { width: 48 });
    expect(narrow).toEqual(
      chart('  process 0  ├ write "a rat… ┤', '  process 1                   ├ read → "anot… ┤'),
    );
    expect(laneChart(long, [0, 2], { width: 24 })).toEqual([]);
    for (let width = 24; width < 90; width++)
      for (const line of laneChart(long, [0, 2], { width })) expect(line.length).toBeLessThanOrEqual(width);
  });

  test("obeys no control characters", () => {
    const hostile = history('0 invoke write "\\u001b[2J"\n0 ok write "\\u001b[2J"');
    expect(laneChart(hostile, [0], { width: 80 }).join("")).not.toContain("\u001b");
  });
});
