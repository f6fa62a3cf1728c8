import { describe, expect, test } from "vitest";

import { check } from "../../../../checkers/linearizability/linearizable.ts";
import type { Verdict } from "../../../../checkers/verdict.ts";
import { canonical, type Json } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { registerRun, type RegisterRun } from "../../testing/register-run.ts";
import { paxosMutants } from "./mutants.ts";
import { paxos, paxosBy } from "./paxos.ts";
import { paxosRules, type Rules } from "./rules.ts";

type Fault = "crash" | "partition" | "loss";

function run(rules: Rules, nodes: number, seed: number, faults: readonly Fault[]): RegisterRun {
  return registerRun({ protocol: paxosBy(rules), nodes, seed, faults: new Set(faults) });
}

function judge({ history }: RegisterRun): Verdict {
  return check(history, { model: "cas-register" });
}

function isTrueOrNoEvidence(outcome: unknown): boolean {
  return outcome === true || (typeof outcome === "string" && outcome.startsWith("no evidence"));
}

describe("Paxos in random runs", () => {
  const all: readonly Fault[] = ["crash", "partition", "loss"];

  test.each([
    { nodes: 1, seeds: 50 },
    { nodes: 2, seeds: 100 },
    { nodes: 3, seeds: 700 },
    { nodes: 4, seeds: 100 },
    { nodes: 5, seeds: 200 },
  ])("of $nodes nodes is linearizable under every fault, and serves all once healed", ({ nodes, seeds }) => {
    let proved = 0;
    for (let seed = 0; seed < seeds; seed++) {
      const made = run(paxosRules, nodes, seed, all);
      const { valid, reason } = judge(made);
      // A run may see too little to be judged by; then it says so.
      expect(valid === "unknown" ? reason : valid, `seed ${seed}`).toSatisfy(isTrueOrNoEvidence);
      if (valid === true) proved++;
      const { afterHealing } = made;
      expect(afterHealing.answered, `seed ${seed}`).toBe(afterHealing.asked);
      expect(afterHealing.asked, `seed ${seed}`).toBeGreaterThan(0);
    }
    expect(proved).toBeGreaterThan(0.9 * seeds);
  });

  test("keeps every promise across restarts, and proposes one register a ballot", () => {
    for (let seed = 0; seed < 300; seed++) {
      const told = new Map<NodeId, number>();
      const proposed = new Map<Json | undefined, string>();
      registerRun({
        protocol: paxosBy(paxosRules),
        nodes: 3,
        seed,
        faults: new Set(all),
        onSend(from, { type, ballot, register }) {
          if (type === "promised" || type === "accepted") {
            told.set(from, Math.max(told.get(from) ?? 0, Number(ballot)));
          }
          if (type !== "accept") return;
          const text = canonical(register ?? null);
          if ((proposed.get(ballot) ?? text) !== text)
            throw new Error(`seed ${seed}: two proposals in a ballot`);
          proposed.set(ballot, text);
        },
        onStep(node, { acceptors }) {
          const { promised = 0, accepted = 0 } = acceptors['"x"'] ?? {};
          if (promised < (told.get(node) ?? 0) || promised < accepted) {
            throw new Error(`seed ${seed}: ${node} took a promise back`);
          }
        },
      });
    }
  });
});

describe("a mutant of Paxos", () => {
  const faultsOf: Readonly<Record<string, Fault>> = { partition: "partition", kill: "crash" };
  const caughtAt = (rules: Rules, nodes: number, faults: readonly Fault[], seeds: number): number =>
    Array.from({ length: seeds }, (_, seed) => seed).findIndex(
      (seed) => judge(run(rules, nodes, seed, faults)).valid === false,
    );

  const killedByFaults = paxosMutants.filter(({ killedBy }) => killedBy !== undefined);
  test.each(killedByFaults.map(({ name, killedBy, rules }) => ({ name, killedBy, rules })))(
    "$name is caught under the faults that it names",
    ({ rules, killedBy }) => {
      const faults = (killedBy?.faults ?? []).map((fault) => faultsOf[fault] ?? "loss");
      expect(caughtAt(rules, killedBy?.nodes ?? 0, faults, 20)).toBeGreaterThanOrEqual(0);
    },
  );

  test.each([4, 5])("half-quorum is caught with %i nodes too", (nodes) => {
    const rules = paxosMutants.find(({ name }) => name === "half-quorum")?.rules ?? paxosRules;
    expect(caughtAt(rules, nodes, ["partition"], 50)).toBeGreaterThanOrEqual(0);
  });

  test("must be one of the known", () => {
    expect(() => paxos.build("local-read")).toThrow(/Did you mean local-reads/);
    expect(paxos.build("local-reads").name).toBe("paxos");
  });
});
