import { describe, expect, it } from "vitest";

import { protocols } from "../../../systems/catalogue.ts";
import type { BundledProtocol, Exploration } from "../../../systems/contracts/protocol.ts";
import { seededRandom } from "../../../workloads/random.ts";
import type { NetworkAction } from "../../exploration/network/network-state.ts";
import { NetworkSystem } from "../../exploration/network/network-system.ts";
import type { Script } from "../../exploration/script.ts";
import { chosenConfigurations, findSubject } from "../../exploration/subjects.ts";
import { runScript } from "./script-run.ts";

/** The shortest run that shows what is wrong with a mutant, as exploration finds it. */
function found(protocol: string, mutant: string): Script {
  const [configuration] = chosenConfigurations(findSubject(protocol), mutant);
  const { counterexample } = configuration!.explore({});
  if (counterexample === undefined) throw new Error(`${mutant} shows nothing`);
  return counterexample.script;
}

describe("a run that exploration found", () => {
  // The last begins where a scripted beginning ends.
  it.each([
    ["paxos", "half-quorum"],
    ["raft", "forgets-vote"],
    ["raft", "answers-before-sync"],
    ["horizontal-paxos", "leaves-state-behind"],
    ["raft", "counts-old-terms"],
  ])("is made again in the simulated world, and breaks the same property: %s, %s", (protocol, mutant) => {
    const script = found(protocol, mutant);
    const { run, confirmed, trace } = runScript(script);
    expect(confirmed).toBe(true);
    expect(run.valid).toBe(false);
    expect(trace.filter(({ kind }) => kind === "receive")).toHaveLength(
      script.steps.filter((step) => step["do"] === "deliver").length,
    );
    expect(JSON.stringify(runScript(script).trace)).toBe(JSON.stringify(trace));
  });

  it("breaks nothing where the protocol is right", () => {
    const { mutant: _, ...script } = found("paxos", "half-quorum");
    const { run, confirmed } = runScript(script);
    expect({ confirmed, valid: run.valid }).toEqual({ confirmed: false, valid: true });
  });

  it("says which step cannot be taken, and why", () => {
    const script = found("paxos", "half-quorum");
    const steps = [...script.steps.slice(0, 1), { do: "fire", node: "n1", timer: "never" }];
    expect(() => runScript({ ...script, steps })).toThrow(/a step 2 .* this timer is not set/s);
    const twice = [script.steps[0]!, { do: "restart", node: "n2" }];
    expect(() => runScript({ ...script, steps: twice })).toThrow(/it is up/);
    expect(() => runScript({ ...script, steps: [{ do: "sing" }] })).toThrow(/one of deliver, ask, fire/);
  });
});

/** How many steps of chance are taken in each configuration, and in how many walks. */
const length = 60;
const walks = 8;
/** What was done in all walks. */
const kinds = new Set<string>();

/** With more faults than are usually explored. */
function harder(configuration: Exploration, { model }: BundledProtocol): Exploration {
  const faults = model.channels === "any" ? { losses: 4, duplicates: 4 } : {};
  return { ...configuration, ...faults, crashes: { limit: 4 }, timers: { limit: 12 } };
}

/** A walk by chance through the explorer's network: its steps as a script, and the state of each node at its end. */
function walk(protocol: BundledProtocol, configuration: Exploration, seed: number) {
  const random = seededRandom(`${protocol.name} ${configuration.name} ${seed}`);
  const system = new NetworkSystem({
    protocol: protocol.build(),
    model: protocol.model,
    configuration: harder(configuration, protocol),
    monitors: [],
  });
  let state = system.initial()[0]!;
  const steps: Script["steps"][number][] = [];
  for (let i = 0; i < length; i++) {
    const actions = system.actions(state);
    if (actions.length === 0) break;
    // Kinds first, so that rare ones are not drowned.
    const kind = random.pick([...new Set(actions.map(kindOf))]);
    const action = random.pick(actions.filter((each) => kindOf(each) === kind));
    kinds.add(kind);
    steps.push(system.asData(state, action));
    state = system.next(state, action);
  }
  return { steps, states: state.locals.map((local) => (local.up ? local.state : undefined)) };
}

function kindOf(action: NetworkAction): string {
  if (!("outcome" in action)) return action.kind;
  return `${action.kind}${action.outcome.crashed === undefined ? "" : ", crashing"}`;
}

const explored = protocols.filter(({ explorations }) => explorations.length > 0);

describe.each(explored)("the explored and the simulated world of $name", (protocol) => {
  it.each(protocol.explorations)("come to the same states by the same steps: $name", (configuration) => {
    for (let seed = 1; seed <= walks; seed++) {
      const { steps, states } = walk(protocol, configuration, seed);
      const script: Script = {
        format: "rashomon-script",
        version: 2,
        protocol: protocol.name,
        configuration: configuration.name,
        property: "none",
        explanation: "",
        steps,
      };
      expect(runScript(script).states, `walk ${seed}`).toEqual(states);
    }
  });
});

it("was tried with everything that may happen", () => {
  const half = ["ask", "deliver", "fire"].map((kind) => `${kind}, crashing`);
  const expected = ["ask", "clock", "crash", "deliver", "fire", "lose", "restart", ...half];
  expect([...kinds].toSorted()).toEqual(expected.toSorted());
});
