import { describe, expect, it } from "vitest";

import { InputError } from "../../histories/errors.ts";
import { history } from "../../histories/testing/notation.ts";
import type { Verdict } from "../verdict.ts";
import { checkIsolation, type IsolationOptions } from "./isolation.ts";

const check = (options: IsolationOptions, ...lines: readonly string[]): Verdict =>
  checkIsolation(history(lines.join("\n")), options);

describe("whether values are pairs of a key and a value", () => {
  const level = "strict-serializable";
  const twoKeys = ["0 invoke write [1,5]", "0 ok write [1,5]", "0 invoke write [2,6]", "0 ok write [2,6]"];
  const read = ["0 invoke read [1,null]", "0 ok read [1,5]"];

  it("is seen where it is unmistakable, and taken from whoever says so", () => {
    expect(check({ level }, ...twoKeys, ...read).valid).toBe(true);
    expect(check({ level, keyed: true }, ...twoKeys, ...read).valid).toBe(true);
    expect(check({ level, keyed: false }, ...twoKeys, ...read).valid).toBe(false);
  });

  it("is said of histories that do not show it", () => {
    const completions = twoKeys.concat(read).filter((line) => line.includes(" ok "));
    expect(check({ level: "strong-session-serializable" }, ...completions).valid).toBe(false);
    expect(check({ level: "strong-session-serializable", keyed: true }, ...completions).valid).toBe(true);
  });

  it("is refused where it is not so", () => {
    expect(() => check({ keyed: true }, "0 invoke write 5", "0 ok write 5")).toThrow(InputError);
    expect(() => check({ keyed: true }, "0 invoke read null", "0 ok read [1,5]")).toThrow(InputError);
    expect(() => check({ keyed: true }, '0 invoke txn [["w","x",1]]')).toThrow(InputError);
  });
});

describe("a compare-and-set", () => {
  const start = ["0 invoke write 1", "0 ok write 1"];

  it("is one operation to linearizability and sequential consistency", () => {
    const twice = (change: string): Verdict =>
      check(
        { level: "linearizable,sequential" },
        ...start,
        "0 invoke cas [1,2]",
        "1 invoke cas [1,3]",
        "0 ok cas [1,2]",
        `1 ${change} cas [1,3]`,
        "0 invoke read",
        "0 ok read 2",
      );
    expect(twice("fail").valid).toBe(true);
    expect(twice("ok").valid).toBe(false);
  });

  it("has read nothing where it failed, or may have", () => {
    for (const outcome of ["fail", "info"])
      expect(
        check(
          { level: "linearizable,strict-serializable" },
          ...start,
          "1 invoke cas [7,2]",
          `1 ${outcome} cas [7,2]`,
          "0 invoke read",
          "0 ok read 1",
        ).valid,
      ).toBe(true);
  });

  it("leaves open what it found where its outcome is not known", () => {
    const seen = check(
      { level: "linearizable,strict-serializable" },
      ...start,
      "1 invoke cas [7,2]",
      "1 info cas [7,2]",
      "0 invoke read",
      "0 ok read 2",
    );
    expect(seen).toMatchObject({ valid: "unknown", anomalies: [] });
    expect(seen.reason).toContain("what the compare-and-set of operation 2 found");
  });

  it("is none of the operations that the other conditions are about", () => {
    const others = check({ level: "causal" }, ...start, "0 invoke cas [1,2]", "0 ok cas [1,2]");
    expect(others.reason).toContain("compare-and-sets");
  });
});
