import { describe, expect, it } from "vitest";

import type { JsonObject } from "../../../histories/json.ts";
import type { Completion } from "../../../systems/contracts/client.ts";
import { usualSettings, VirtualCluster } from "../world/index.ts";
import { RandomChoices } from "../choices/index.ts";
import { SimulatedClients } from "./simulated-clients.ts";
import type { AnyProtocol } from "../../../systems/contracts/protocol.ts";

/** Answers writes at once, and keeps silent at everything else. */
const half: AnyProtocol = {
  name: "half",
  start: () => ({}),
  onMessage: () => undefined,
  onTimer: () => undefined,
  onRequest(_state, { id, body }, node) {
    if (body["type"] === "write") node.reply(id, { type: "write_ok" });
  },
};

function cluster() {
  const world = new VirtualCluster({
    protocol: half,
    nodes: ["n1", "n2"],
    choices: new RandomChoices(1),
    settings: usualSettings,
  });
  world.runTo(10);
  const answers: JsonObject[] = [];
  const clients = new SimulatedClients(world, (node, request, answer) =>
    answers.push({ node, request, answer }),
  );
  const ended: [number, Completion][] = [];
  const invoke = (thread: number, f: string): void =>
    clients.invoke(thread, { process: thread, f, value: 1 }, (completion) =>
      ended.push([world.now(), completion]),
    );
  const run = (until: number): void => {
    while (Math.min(world.due(), clients.due()) <= until) {
      if (world.due() <= clients.due()) world.step();
      else {
        world.passTo(clients.due());
        clients.giveUp();
      }
    }
    world.passTo(until);
  };
  return { world, clients, answers, ended, invoke, run };
}

describe("simulated clients", () => {
  it("speak to the node of their thread, and are told what it answers", () => {
    const { clients, answers, ended, invoke, run } = cluster();
    expect([0, 1, 2, 3].map((thread) => clients.node(thread))).toEqual(["n1", "n2", "n1", "n2"]);
    invoke(3, "write");
    run(1_000_000);
    expect(ended.map(([, completion]) => completion)).toEqual([{ type: "ok" }]);
    expect(answers).toEqual([
      { node: "n2", request: { type: "write", key: null, value: 1 }, answer: { type: "write_ok" } },
    ]);
  });

  it("fail what was refused, and do not know of what broke or was not answered in time, unless it only reads", () => {
    const { world, ended, invoke, run } = cluster();
    world.crash("n1", "nothing-lost");
    invoke(0, "write");
    invoke(1, "release");
    invoke(1, "read");
    run(1_000_000);
    world.crash("n2", "nothing-lost");
    run(1_500_000);
    expect(ended.map(([, { type, error }]) => `${type} ${JSON.stringify(error)}`).toSorted()).toEqual([
      'fail ["no-answer","connection lost"]',
      'fail ["not-sent","connection refused"]',
      'info ["no-answer","connection lost"]',
    ]);
  });

  it("lose patience after two seconds, and heed no later answer", () => {
    const { world, clients, ended, invoke, run } = cluster();
    world.pause("n1");
    invoke(0, "write");
    expect(clients.due()).toBe(2_000_010);
    run(3_000_000);
    world.resume("n1");
    run(4_000_000);
    expect(ended).toEqual([[2_000_010, { type: "info", error: ["no-answer", "no answer within 2000 ms"] }]]);
  });
});
