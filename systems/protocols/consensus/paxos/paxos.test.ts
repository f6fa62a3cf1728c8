import { describe, expect, test } from "vitest";

import { canonical, type Json } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { isLinearizableRegister } from "../../testing/linearizable.ts";
import { registerRun, type RegisterRun } from "../../testing/register-run.ts";
import { paxosMutants } from "./mutants.ts";
import { paxos, paxosBy } from "./paxos.ts";
import { paxosRules, type Rules } from "./rules.ts";

type Fault = "crash" | "partition" | "loss";

function run(rules: Rules, nodes: number, seed: number, faults: readonly Fault[]): RegisterRun {
  return registerRun({ protocol: paxosBy(rules), nodes, seed, faults: new Set(faults) });
}

describe("Paxos in random runs", () => {
  const all: readonly Fault[] = ["crash", "partition", "loss"];

  test.each([
    { nodes: 1, seeds: 100 },
    { nodes: 2, seeds: 200 },
    { nodes: 3, seeds: 1000 },
    { nodes: 4, seeds: 200 },
    { nodes: 5, seeds: 300 },
  ])("of $nodes nodes is linearizable under every fault, and serves all once healed", ({ nodes, seeds }) => {
    for (let seed = 0; seed < seeds; seed++) {
      const { history, afterHealing } = run(paxosRules, nodes, seed, all);
      expect(isLinearizableRegister(history), `seed ${seed}`).toBe(true);
      expect(afterHealing.answered, `seed ${seed}`).toBe(afterHealing.asked);
      expect(afterHealing.asked, `seed ${seed}`).toBeGreaterThan(0);
    }
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
      (seed) => !isLinearizableRegister(run(rules, nodes, seed, faults).history),
    );

  test.each(paxosMutants.map(({ name, killedBy, rules }) => ({ name, killedBy, rules })))(
    "$name is caught under the faults that it names",
    ({ rules, killedBy }) => {
      const faults = killedBy.faults.map((fault) => faultsOf[fault] ?? "loss");
      expect(caughtAt(rules, killedBy.nodes, faults, 20)).toBeGreaterThanOrEqual(0);
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
