import { describe, expect, test } from "vitest";
import { history } from "../../../histories/testing/notation.ts";
import { causalMemory } from "./causal-memory.ts";

/** Sessions, one a line: "wx1" writes 1 to x, "rx1" reads it, "rx" reads the initial value; all concurrent. */
function verdicts(...sessions: string[]): Record<string, unknown> {
  const text = sessions
    .flatMap((session, process) =>
      session.split(" ").map((operation) => {
        const [kind, key, value] = [operation.charAt(0), operation.charAt(1), operation.slice(2) || "null"];
        const f = kind === "w" ? "write" : "read";
        return `${process} invoke ${f} ${kind === "w" ? value : "null"} key="${key}"\n${process} ok ${f} ${value} key="${key}"`;
      }),
    )
    .join("\n");
  const verdict = (condition: "CC" | "CCv" | "CM"): unknown => {
    const { valid, anomalies } = causalMemory(condition).check(history(text));
    return anomalies[0]?.type ?? valid;
  };
  return { CC: verdict("CC"), CCv: verdict("CCv"), CM: verdict("CM") };
}

describe("the separations of Bouajjani and others (2017, figure 3)", () => {
  test("causal memory that never agrees on an order", () => {
    expect(verdicts("wx1 rx2", "wx2 rx1")).toEqual({ CC: true, CCv: "CyclicCF", CM: true });
  });
  test("convergence that changes what a session has seen", () => {
    expect(verdicts("wz1 wx1 wy1", "wx2 rz ry1 rx2")).toEqual({ CC: true, CCv: true, CM: "WriteHBInitRead" });
  });
  test("neither", () => {
    expect(verdicts("wx1", "wx2 rx1 rx2")).toEqual({ CC: true, CCv: "CyclicCF", CM: "CyclicHB" });
  });
  test("not causal: an overwritten value, and the initial one", () => {
    expect(verdicts("wx1 wy1", "ry1 wx2", "rx2 rx1")).toEqual({
      CC: "WriteCORead",
      CCv: "WriteCORead",
      CM: "WriteCORead",
    });
    expect(verdicts("wx1 wy1", "ry1 rx")).toMatchObject({ CC: "WriteCOInitRead" });
  });
});

describe("causal consistency", () => {
  const check = (text: string): ReturnType<ReturnType<typeof causalMemory>["check"]> =>
    causalMemory("CC").check(history(text));
  const wrote = '0 invoke write 1 key="x"\n0 ok write 1 key="x"\n';
  const read = (value: string): string => `1 invoke read key="x"\n1 ok read ${value} key="x"\n`;

  test("tells the way by which a write came before", () => {
    const [anomaly] = check(
      `${wrote}0 invoke write 2 key="y"\n0 ok write 2 key="y"\n1 invoke read key="y"\n1 ok read 2 key="y"\n${read("null")}`,
    ).anomalies;
    expect(anomaly?.explanation).toBe(
      'Operation 6 (process 1, read of "x": null) saw the initial value, though operation 0 (process 0, write to "x": 1) came causally before it (by way of operation 2 (process 0, write to "y": 2); operation 4 (process 1, read of "y": 2)).',
    );
  });
  const pairs = `0 invoke write [1,5]\n0 ok write [1,5]\n0 invoke write [2,5]\n0 ok write [2,5]\n1 invoke read [3,null]\n1 ok read [3,null]\n1 invoke read [1,null]\n1 ok read [1,5]`;
  test.each(["CC", "CCv", "CM"] as const)("%s of [key, value] pairs is that of each key", (condition) => {
    expect(causalMemory(condition).check(history(pairs))).toMatchObject({ valid: true });
    expect(causalMemory(condition, { keyed: false }).check(history(pairs)).valid).toBe(false);
    const stale = `${pairs}\n1 invoke read [1,null]\n1 ok read [1,null]`;
    expect(causalMemory(condition).check(history(stale)).anomalies[0]?.type).toBe("WriteCOInitRead");
  });
  test("what is wrong without the reads of values that two wrote is wrong", () => {
    const twice = `${wrote}2 invoke write 1 key="x"\n2 ok write 1 key="x"\n${read("1")}`;
    expect(check(twice).reason).toContain("both wrote");
    expect(check(twice + read("9")).anomalies[0]?.type).toBe("ThinAirRead");
  });
  test("tells because of which reads writes would have to come before one another", () => {
    const both = `${wrote}2 invoke write 2 key="x"\n2 ok write 2 key="x"\n1 invoke read key="x"\n1 ok read 1 key="x"\n1 invoke read key="x"\n1 ok read 2 key="x"\n1 invoke read key="x"\n1 ok read 1 key="x"`;
    const [anomaly] = causalMemory("CM").check(history(both)).anomalies;
    expect(anomaly).toMatchObject({ type: "CyclicHB", operations: [0, 2, 6, 8] });
    expect(anomaly?.explanation).toContain(
      'since operation 8 (process 1, read of "x": 1) knew of it and saw what operation 0 wrote',
    );
  });
  test("values of nowhere and of failed writes", () => {
    expect(check(wrote + read("7")).anomalies[0]).toMatchObject({ type: "ThinAirRead" });
    expect(check(`${wrote.replace(" ok ", " fail ")}${read("1")}`).anomalies[0]?.explanation).toContain(
      "saw the value of operation 0, which failed",
    );
  });
  test("a write of unknown outcome happened if it was read", () => {
    expect(check(`${wrote.replace(" ok ", " info ")}${read("1")}`).valid).toBe(true);
    expect(check(`${wrote.replace(" ok ", " info ")}${read("1")}${read("null")}`).valid).toBe(false);
    expect(check(`${wrote.replace(" ok ", " info ")}${read("null")}`).valid).toBe("unknown");
  });
  test("values that do not tell who wrote them leave it open", () => {
    const twice = `${wrote}2 invoke write 1 key="x"\n2 ok write 1 key="x"\n`;
    expect(check(twice + read("1"))).toMatchObject({
      valid: "unknown",
      reason:
        "operation 4 read 1, which operations 0 and 2 both wrote: who wrote what was read must be unmistakable",
    });
    expect(check(`${twice}${wrote.replaceAll("1", "5")}${read("5")}`).valid).toBe(true);
    expect(check(`0 invoke write null key="x"\n0 ok write null key="x"\n${read("null")}`).valid).toBe(
      "unknown",
    );
  });
  test("other functions are not understood, and nothing read is no evidence", () => {
    expect(check(`${wrote}1 invoke cas [1,2] key="x"\n1 ok cas [1,2] key="x"`).reason).toContain(
      "other functions: cas",
    );
    expect(check(wrote).reason).toBe("no evidence: no read succeeded");
    expect(check(`${wrote}0 invoke read key="x"\n0 ok read 1 key="x"`).reason).toBe(
      "no evidence: there is only one session",
    );
  });
});
