import { describe, expect, test } from "vitest";

import { check } from "../../../../checkers/linearizability/linearizable.ts";
import { monitorFor } from "../../../../checkers/consensus/monitors.ts";
import type { Verdict } from "../../../../checkers/verdict.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { registerRun, type RegisterRun } from "../../testing/register-run.ts";
import { zab, zabBy } from "./zab.ts";
import { zabRules, type Rules } from "./rules.ts";
import { zabView } from "./view.ts";

type Fault = "crash" | "partition";

const all: readonly Fault[] = ["crash", "partition"];
/** A run with every property watched that does not depend on what was synced. */
function run(rules: Rules, nodes: number, seed: number, faults: readonly Fault[]): RegisterRun {
  const names = Array.from({ length: nodes }, (_, i) => `n${i + 1}`);
  const watched = [
    "leader-uniqueness",
    "log-matching",
    "leader-completeness",
    "state-machine-safety",
    "primary-order",
    "total-order",
  ].map((name) => {
    const monitor = monitorFor(name);
    return { monitor, memory: monitor.begin(names) };
  });
  const lives = new Map<NodeId, unknown>();
  return registerRun({
    protocol: zabBy(rules),
    nodes,
    seed,
    faults: new Set(faults),
    inOrder: true,
    onStep(node, state) {
      const known = lives.get(node);
      lives.set(node, state);
      const occasion = known === undefined ? "start" : known === state ? "step" : "restart";
      for (const { monitor, memory } of watched) {
        const violation = monitor.look(memory, node, zabView(state), occasion);
        if (violation !== undefined) throw new Error(`seed ${seed}: ${violation.explanation}`);
      }
    },
  });
}

function judge({ history }: RegisterRun): Verdict {
  return check(history, { model: "cas-register" });
}

describe("Zab in random runs", () => {
  test.each([
    { nodes: 1, seeds: 30 },
    { nodes: 2, seeds: 60 },
    { nodes: 3, seeds: 200 },
    { nodes: 5, seeds: 100 },
  ])("of $nodes nodes is linearizable under every fault, and serves once healed", ({ nodes, seeds }) => {
    let proved = 0;
    let [asked, answered] = [0, 0];
    for (let seed = 0; seed < seeds; seed++) {
      const made = run(zabRules, nodes, seed, all);
      const { valid, reason } = judge(made);
      if (valid === "unknown") expect(reason, `seed ${seed}`).toMatch(/^no evidence/);
      else expect(valid, `seed ${seed}`).toBe(true);
      if (valid === true) proved++;
      asked += made.afterHealing.asked;
      answered += made.afterHealing.answered;
    }
    expect(proved).toBeGreaterThan(0.3 * seeds);
    // Not all: what is asked before there is a leader is refused.
    expect(answered).toBeGreaterThan(0.5 * asked);
  });
});

test("an unknown mutant is refused", () => {
  expect(() => zab.build("no-such")).toThrow(/mutant of zab/);
});
