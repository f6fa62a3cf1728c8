import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../histories/json.ts";
import { protocols } from "../../../systems/catalogue.ts";
import { RandomChoices } from "../choices/random-choices.ts";
import { VirtualCluster } from "./virtual-cluster.ts";

/** One of the requests in use, some of which a protocol does not know; it may answer those with an error. */
function request(kind: number, value: number): JsonObject {
  const key = value % 2;
  const requests: readonly JsonObject[] = [
    { type: "read", key },
    { type: "write", key, value },
    { type: "cas", key, from: value - 1, to: value },
    { type: "txn", txn: [["append", key, value] as Json, ["r", key, null]] },
    { type: "propose", key, value },
    { type: "broadcast", message: value },
    { type: "acquire", key },
    { type: "release", key, token: value },
    { type: "no such request" },
  ];
  return requests[kind % requests.length] ?? {};
}

describe.each(protocols.map((protocol) => [protocol.name, protocol] as const))("%s", (_, protocol) => {
  it("sends and keeps plain data, and leaves alone what it has sent, through crashes and loss", () => {
    const choices = new RandomChoices(1);
    const test = choices.stream("test");
    const nodes = Array.from({ length: protocol.nodeCounts.default }, (__, i) => `n${i + 1}`);
    const fifo = protocol.model.channels === "fifo";
    const world = new VirtualCluster({
      protocol: protocol.build(),
      nodes,
      choices,
      freeze: true,
      settings: { network: { loss: 30, duplication: 30, channels: fifo ? "fifo" : "any" } },
    });
    let answered = 0;
    for (let i = 0; i < 200; i++) {
      const node = nodes[test.choose(nodes.length, "node")] ?? "n1";
      world.request(i, node, request(test.choose(9, "kind"), i), () => answered++);
      if (protocol.model.failures === "crash-recovery" && i % 20 === 10) {
        world.crash(node, "unsynced-lost");
        world.after(50_000, () => world.restart(node));
      }
      world.runTo(world.now() + 20_000);
      for (const each of nodes) {
        const state = world.state(each);
        if (state === undefined) continue;
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      }
    }
    expect(answered).toBeGreaterThan(0);
  });
});
