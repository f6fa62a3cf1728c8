import { describe, expect, it } from "vitest";

import { readHistoryFrom } from "../../histories/index.ts";
import { history } from "../../histories/testing/notation.ts";
import { check } from "./linearizable.ts";

/** A history as Knossos prints it. */
const edn = (text: string) => readHistoryFrom(text, { format: "edn" });

const lost = `
{:process 0 :type :invoke :f :write :value 1}
{:process 0 :type :ok :f :write :value 1}
{:process 1 :type :invoke :f :read :value nil}
{:process 1 :type :ok :f :read :value nil}`;
const stale = `${lost}
{:process 1 :type :invoke :f :write :value 2}
{:process 1 :type :ok :f :write :value 2}
{:process 1 :type :invoke :f :read :value nil}
{:process 1 :type :ok :f :read :value 1}`;

describe("a completed read of null", () => {
  it("says in a history of our own that the object held null", () => {
    const ours = history(`
      0 invoke write 1
      0 ok     write 1
      1 invoke read
      1 ok     read null`);
    expect(check(ours, { model: "register" }).valid).toBe(false);
    expect(check(ours, { model: "register", nullReads: "unknown" }).valid).toBe(true);
  });

  it("leaves the verdict open in another tool's history that hangs on it, and says so", () => {
    const verdict = check(edn(lost), { model: "register" });
    expect(verdict).toMatchObject({ valid: "unknown", anomalies: [] });
    expect(verdict.certificate).toBeUndefined();
    expect(verdict.reason).toContain("--null-reads");
  });

  it("is not said to have been possible because it would tell nothing", () => {
    const [anomaly] = check(edn(stale), { model: "register", nullReads: "unknown" }).anomalies;
    expect(anomaly?.evidence).toMatchObject({ allowed: [2] });
  });

  it("means there what the user says", () => {
    expect(check(edn(lost), { model: "cas-register", nullReads: "value" }).valid).toBe(false);
    const verdict = check(edn(lost), { model: "cas-register", nullReads: "unknown" });
    expect(verdict).toMatchObject({ valid: true, verified: true });
  });

  it("does not excuse a contradiction that needs no null", () => {
    const verdict = check(edn(stale), { model: "register" });
    expect(verdict.valid).toBe(false);
    expect(verdict.anomalies[0]?.operations).not.toContain(3);
  });

  it("is nothing special while the object really held null", () => {
    const fresh = edn(`
      {:process 1 :type :invoke :f :read :value nil}
      {:process 1 :type :ok :f :read :value nil}
      {:process 0 :type :invoke :f :write :value 1}
      {:process 0 :type :ok :f :write :value 1}`);
    expect(check(fresh, { model: "register" })).toMatchObject({ valid: true, verified: true });
  });

  it("is understood inside transactions of registers too, whose initial values may be given by name", () => {
    const read = (x: string) => `
      {:process 0 :type :invoke :f :txn :value [[:write :x 1]]}
      {:process 0 :type :ok :f :txn :value [[:write :x 1]]}
      {:process 1 :type :invoke :f :txn :value [[:read :x nil] [:read :y nil]]}
      {:process 1 :type :ok :f :txn :value [[:read :x ${x}] [:read :y 7]]}`;
    const options = { model: "multi-register", initial: { y: 7 } };
    expect(check(edn(read("1")), options).valid).toBe(true);
    expect(check(edn(read("nil")), options).valid).toBe("unknown");
    expect(check(edn(read("2")), options).valid).toBe(false);
  });

  it("gives a keyword's register the initial value of its name, and no other value of it", () => {
    const txn = (index: number, value: string) => `
      {:process ${index} :type :invoke :f :txn :value ${value}}
      {:process ${index} :type :ok :f :txn :value ${value}}`;
    const judge = (...values: string[]) =>
      check(edn(values.map((value, i) => txn(i, value)).join("")), {
        model: "multi-register",
        initial: { x: 7 },
        nullReads: "value",
      }).valid;
    expect(judge("[[:read :x 7]]")).toBe(true);
    expect(judge("[[:write :x nil]]", "[[:read :x nil]]")).toBe(true);
    expect(judge('[[:write "x" 1]]', "[[:read :x 7]]", '[[:read "x" 1]]')).toBe(true);
    expect(judge('[[:write "x" 1]]', "[[:read :x 1]]")).toBe(false);
  });
});
