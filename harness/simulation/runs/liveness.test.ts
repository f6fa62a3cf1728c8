import { describe, expect, it } from "vitest";

import type { Operation } from "../../../histories/operation.ts";
import { judgeLiveness } from "./liveness.ts";

/** Events as `<seconds> <process> <node> <type> <f>`, after n1 and n2 of three were healed at 1 s. */
function verdict(...events: string[]) {
  return verdictAt(20e9, ...events);
}

function verdictAt(end: number, ...events: string[]) {
  const operations = ["1 nemesis - info stabilize", ...events].map((event, index): Operation => {
    const [time = "0", process = "", node = "", type = "", f = ""] = event.split(" ");
    return {
      index,
      time: Number(time) * 1e9,
      process: process === "nemesis" ? process : Number(process),
      type: type as Operation["type"],
      f,
      value: f === "stabilize" ? { core: ["n1", "n2"], rest: { n3: "down" } } : null,
      ...(node === "-" ? {} : { node }),
    };
  });
  return judgeLiveness(operations, ["n1", "n2", "n3"], 10e9, end);
}

const futile = Array.from({ length: 10 }, (_, i) => [
  `${i + 1} ${i} n1 invoke write`,
  `${i + 1.9} ${i} n1 info write`,
]).flat();

describe("progress of a healed quorum", () => {
  it("is one operation of its that is more than a read", () => {
    expect(verdict("2 0 n1 invoke write", "3.5 0 n1 ok write")).toMatchObject({
      valid: true,
      statistics: { milliseconds: 2500, requests: 1 },
    });
  });

  it("is missing when clients ask all the time and nothing comes of it", () => {
    const { valid, anomalies } = verdict(...futile);
    expect(valid).toBe(false);
    expect(anomalies).toMatchObject([{ type: "no-progress" }]);
    expect(anomalies[0]?.explanation).toContain("n1 and n2 were healed at 1.000 s");
  });

  it("is not shown by reads, by nodes outside, or by what was asked before", () => {
    const reads = ["1.1 20 n2 invoke read", "1.2 20 n2 ok read"];
    const outside = ["1.1 21 n3 invoke write", "1.2 21 n3 ok write"];
    expect(verdict(...reads, ...futile).valid).toBe(false);
    expect(verdict(...outside, ...futile).valid).toBe(false);
    expect(verdict("1.05 22 n2 ok write", ...futile).valid).toBe(false);
  });

  it("comes too late after the bound", () => {
    expect(verdict(...futile, "11.5 30 n1 invoke write", "11.6 30 n1 ok write").valid).toBe(false);
  });

  it("cannot be told when clients pause, or everything is healed before", () => {
    expect(verdict("2 0 n1 invoke write", "3 0 n1 info write")).toMatchObject({
      valid: "unknown",
      reason: "no evidence",
    });
    expect(verdict(...futile.slice(0, 6), "4 nemesis - info heal", ...futile.slice(6)).valid).toBe("unknown");
    expect(judgeLiveness([], ["n1"], 1e9, 9e9).valid).toBe("unknown");
    expect(verdictAt(10.9e9, ...futile).valid).toBe("unknown");
  });
});
