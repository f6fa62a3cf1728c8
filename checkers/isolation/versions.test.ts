import { describe, expect, it } from "vitest";

import { history } from "../../histories/testing/notation.ts";
import { isJsonObject } from "../../histories/json.ts";
import type { Verdict } from "../verdict.ts";
import { checkIsolation } from "./isolation.ts";
import { transactionHistory } from "./testing/notation.ts";

const check = (...lines: readonly string[]): Verdict =>
  checkIsolation(history(lines.join("\n")), { level: "strict-serializable" });
const anomalies = (verdict: Verdict): string[] => verdict.anomalies.map(({ type }) => type);

describe("values that may carry versions", () => {
  it("are of a register as of etcd, and the versions say what came first", () => {
    const of = (read: string): Verdict =>
      check(
        "0 invoke write [null,5]",
        "1 invoke write [null,6]",
        "0 ok write [1,5]",
        "1 ok write [2,6]",
        "2 invoke read [null,null]",
        `2 ok read ${read}`,
      );
    expect(of("[2,6]").valid).toBe(true);
    expect(of("[1,5]").valid).toBe(false);
  });

  it("accuse nobody where they are data: the numbers say nothing of the order", () => {
    const verdict = check(
      '0 invoke write {"value":5,"version":2}',
      '0 ok write {"value":5,"version":2}',
      '0 invoke write {"value":5,"version":1}',
      '0 ok write {"value":5,"version":1}',
      "1 invoke read",
      '1 ok read {"value":5,"version":1}',
    );
    expect(verdict.valid).toBe(true);
  });

  it("leave open whether they are versions where nothing says so", () => {
    const verdict = check("0 invoke write 5", "0 ok write 5", "1 invoke read", "1 ok read [3,5]");
    expect(verdict).toMatchObject({ valid: "unknown", anomalies: [] });
    expect(verdict.reason).toContain("whether an operation told values with their versions");
    const version = '{"value":5,"version":1}';
    const completions = check(`0 ok txn [["w","x",${version}]]`, `1 ok txn [["r","x",${version}]]`);
    expect(completions.valid).toBe("unknown");
  });

  it("are those of keys that were only read, too, which held their initial value", () => {
    const verdict = check(
      '0 invoke txn [["w","x",[null,5]],["r","y",[null,null]]]',
      '0 ok txn [["w","x",[1,5]],["r","y",[0,null]]]',
      '1 invoke txn [["r","y",[null,null]],["r","x",[null,null]]]',
      '1 ok txn [["r","y",[0,null]],["r","x",[1,5]]]',
    );
    expect(verdict.valid).toBe(true);
  });

  it("order a write that told none by what was read of it, to whoever verifies that too", () => {
    const text = "0: wx1@1\n1: rx1@1 wx3\n0: wx2@4\n2: rx3@6";
    const verdict = checkIsolation(transactionHistory(text), { level: "serializable" });
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalies[0]?.evidence).toMatchObject({ verified: true });
  });

  it("do not hide what is wrong either way", () => {
    const stale = check(
      "0 invoke write 5",
      "0 ok write 5",
      "0 invoke write 6",
      "0 ok write 6",
      "1 invoke read",
      "1 ok read [3,6]",
      "1 invoke read",
      "1 ok read 5",
    );
    expect(stale.valid).toBe(false);
    const invented = check("0 invoke write 5", "0 ok write 5", "1 invoke read", "1 ok read [3,9]");
    expect(anomalies(invented)).toEqual(["never-written"]);
  });
});

describe("versions that not every write told", () => {
  const levels = (text: string): Record<string, unknown> => {
    const { details } = checkIsolation(transactionHistory(text));
    const found = isJsonObject(details) ? details["levels"] : undefined;
    return isJsonObject(found) ? found : {};
  };

  it("leave the others any place among them", () => {
    const found = levels("0: wx1@1\n1: rx1 wx2\n0: rx2 wx3@5\n1: rx3@5");
    expect(found["strict-serializable"]).toBe(true);
  });

  it("break what they break, and not view serializability, which does not heed them", () => {
    const found = levels("0: wx1@2\n0: wx2@1\n1: wx3\n1: rx2@1");
    expect(found["strong-session-read-uncommitted"]).toBe(false);
    expect(found["strong-session-view-serializable"]).toBe(true);
    expect(found["serializable"]).toBe(true);
  });

  it("are told by a read of others, where the reader wrote the same value and version later", () => {
    const found = levels("0: wz1\n0: wy1@2\n0: wy1@2 rz1\n0: wx1@1 ry1@4 wy1@4\n1: wx2");
    expect(found["read-uncommitted"]).toBe(false);
  });

  it("contradict one another whatever the others were", () => {
    const found = levels("0: wx1@2\n1: wx2@2\n1: wx3\n0: rx1");
    expect(found["read-uncommitted"]).toBe(false);
  });
});
