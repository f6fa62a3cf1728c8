import { describe, expect, it, vi } from "vitest";

import { nemesis } from "../../../histories/operation.ts";
import type { AnyProtocol, BundledProtocol, SystemModel } from "../../../systems/contracts/protocol.ts";
import { RandomChoices } from "../choices/index.ts";
import { stabilizeF } from "../nemesis.ts";
import { generatedSource, type SimulatedRun } from "./run.ts";
import { playScene, recordRun, type Recorded } from "./scenario.ts";
import type { ScriptedOperation } from "./script.ts";
import { planSimulation } from "./simulation-plan.ts";
import { drawConfiguration } from "./swarm.ts";

/** A clock that nobody looks at does no harm. */
const lookingAtClocks = vi.hoisted(() => (protocol: AnyProtocol): AnyProtocol => ({
  ...protocol,
  onRequest(state, request, node) {
    node.now();
    protocol.onRequest(state, request, node);
  },
}));

/** Paxos with a bug that shows without any fault, under models that assume more than Paxos does. */
const models = vi.hoisted((): Readonly<Record<string, Partial<SystemModel>>> => ({
  "synchronous-paxos": { timing: "synchronous" },
  "clocked-paxos": { clockBound: 20 },
  "immortal-paxos": { failures: "none" },
  "stopping-paxos": { failures: "crash-stop" },
  "ordered-paxos": { channels: "fifo" },
}));

vi.mock(import("../../../systems/catalogue.ts"), async (original) => {
  const catalogue = await original();
  const paxos = catalogue.findProtocol("paxos");
  const assuming = Object.entries(models).map(([name, model]): BundledProtocol => ({
    ...paxos,
    name,
    model: { ...paxos.model, ...model },
    build: () => lookingAtClocks(paxos.build("half-quorum")),
  }));
  const protocols = [...catalogue.protocols, ...assuming];
  return {
    protocols,
    findProtocol: (name) => protocols.find((each) => each.name === name) ?? catalogue.findProtocol(name),
  };
});

/** A run under no faults that is the protocol's own fault. */
function blamed(protocol: string): Recorded {
  for (let seed = 1; seed <= 60; seed++) {
    const plan = planSimulation({ protocol, nodes: 3, seconds: 2, faults: ["none"] });
    const { configuration, timetable } = drawConfiguration(plan, String(seed));
    const recorded = recordRun(
      configuration,
      generatedSource(configuration, timetable),
      new RandomChoices(String(seed)),
    );
    if (recorded.run.valid === false && judging(recorded.run).length > 0) return recorded;
  }
  throw new Error(`${protocol} shows no bug`);
}

/** Who objects to something else than missing progress. */
function judging({ verdicts }: SimulatedRun): string[] {
  return verdicts
    .filter(({ valid, checker }) => valid === false && checker !== "liveness")
    .map(({ checker }) => checker);
}

/** The run with something done to the system by hand besides, some time before its end. */
function besides(
  { scenario }: Recorded,
  ...done: readonly Omit<ScriptedOperation, "at" | "thread">[]
): SimulatedRun {
  const at = scenario.script.findLast(({ thread }) => typeof thread === "number")?.at ?? 0;
  const more = done.map((each, i): ScriptedOperation => ({
    at: at - 200_000 + i * 20_000,
    thread: nemesis,
    ...each,
  }));
  const script = [...scenario.script, ...more].toSorted((a, b) => a.at - b.at);
  return playScene({ ...scenario, script }, new RandomChoices("besides")).run;
}

const everybody = { nodes: ["n1", "n2", "n3"] };
const cases: readonly {
  readonly protocol: string;
  readonly what: string;
  readonly assumption: string;
  readonly done: readonly Omit<ScriptedOperation, "at" | "thread">[];
}[] = [
  {
    protocol: "synchronous-paxos",
    what: "a delay above the bound",
    assumption: "delay bound",
    done: [{ f: "start-latency", value: { ...everybody, milliseconds: 60, jitter: 0 } }],
  },
  {
    protocol: "synchronous-paxos",
    what: "a message that is lost",
    assumption: "no loss",
    done: [{ f: "start-partition", value: { shape: "links", grudge: [["n1", "n2"]] } }],
  },
  {
    protocol: "clocked-paxos",
    what: "a clock beyond its bound",
    assumption: "clock bound",
    done: [{ f: "skew-clock", value: { n1: { offset: 21, rate: 1 } } }],
  },
  {
    protocol: "immortal-paxos",
    what: "a crash where nobody crashes",
    assumption: "failures",
    done: [{ f: "kill", value: { nodes: ["n3"] } }],
  },
  {
    protocol: "stopping-paxos",
    what: "a restart where who stops stops for good",
    assumption: "failures",
    done: [
      { f: "kill", value: { nodes: ["n3"] } },
      { f: "restart", value: { nodes: ["n3"] } },
    ],
  },
  {
    protocol: "immortal-paxos",
    what: "a node that forgets what it had synced",
    assumption: "failures",
    done: [{ f: "forget", value: { nodes: ["n3"] } }],
  },
];

describe("a run that did not give what the model assumes", () => {
  it.each([...new Set(cases.map(({ protocol }) => protocol))])(
    "is another than one that did: %s",
    (protocol) => {
      const { run } = blamed(protocol);
      expect(run.broken).toEqual([]);
      expect(run.valid).toBe(false);
    },
  );

  it.each(cases)("is held against nobody: $what ($protocol)", ({ protocol, assumption, done }) => {
    const recorded = blamed(protocol);
    const { broken, verdicts, valid } = besides(recorded, ...done);
    expect(broken).toContainEqual(expect.objectContaining({ assumption, concerns: "safety" }));
    expect(verdicts.filter((each) => each.valid === false)).toEqual([]);
    expect(valid).toBe("unknown");
    // The bug is still there to be seen: only nobody is blamed.
    const excused = verdicts.filter(({ reason }) => reason?.startsWith("assumption broken: ") === true);
    expect(excused.map(({ reason }) => reason?.split(": ")[1])).toContain(assumption);
  });

  it("is held against nobody where more are down than may be, as far as progress goes; safety is", () => {
    const recorded = blamed("stopping-paxos");
    const stabilized = recorded.scenario.script.find(({ f }) => f === stabilizeF);
    const script = recorded.scenario.script.flatMap((each) =>
      each === stabilized
        ? [each, { ...each, at: each.at + 1, f: "stop", value: { nodes: ["n1", "n2"], most: 2 } }]
        : each.f === "heal"
          ? []
          : [each],
    );
    const { broken, verdicts } = playScene({ ...recorded.scenario, script }, new RandomChoices("down")).run;
    expect(broken).toContainEqual(expect.objectContaining({ assumption: "failures", concerns: "liveness" }));
    expect(verdicts.find(({ checker }) => checker === "liveness")?.valid).not.toBe(false);
  });
});
