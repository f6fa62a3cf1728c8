import type { JsonObject } from "../../../histories/json.ts";
import { isolate } from "../../nemesis/grudge.ts";
import { paxos } from "../../../systems/protocols/consensus/paxos/paxos.ts";
import type { ChoiceStreams } from "../choices.ts";
import type { NoAnswer } from "../simulated-world.ts";
import { VirtualCluster, type ClusterOptions } from "../world/virtual-cluster.ts";

/** What clients were told, in the order in which they were told it. */
export interface Traffic {
  readonly world: VirtualCluster;
  readonly answers: (JsonObject | NoAnswer)[];
}

/**
 * Clients that ask Paxos for registers one request after the other, while a node is cut off, crashes and comes
 * back every now and then.
 */
export function paxosTraffic(
  choices: ChoiceStreams,
  options: Partial<ClusterOptions> & { readonly count?: number; readonly keys?: number } = {},
): Traffic {
  const { count = 5, keys = 3 } = options;
  const nodes = Array.from({ length: count }, (_, i) => `n${i + 1}`);
  const world = new VirtualCluster({ protocol: paxos.build(), nodes, choices, ...options });
  const answers: (JsonObject | NoAnswer)[] = [];
  const workload = choices.stream("workload");
  let written = 0;
  const ask = (process: number): void => {
    const key = workload.choose(keys, "key");
    const node = nodes[workload.choose(count, "node")] ?? "n1";
    const body =
      workload.choose(2, "what") === 0 ? { type: "read", key } : { type: "write", key, value: ++written };
    let over = false;
    const again = (): void => {
      if (!over) world.after(1 + workload.choose(5_000, "pause"), () => ask(process));
      over = true;
    };
    world.request(process, node, body, (answer) => {
      answers.push(answer);
      again();
    });
    world.after(1_000_000, again);
  };
  const nemesis = choices.stream("nemesis");
  const strike = (): void => {
    const node = nodes[nemesis.choose(count, "victim")] ?? "n1";
    const what = nemesis.choose(3, "fault");
    if (what === 0) world.cut("isolated", isolate(node, nodes));
    else if (what === 1) world.crash(node, "unsynced-lost");
    else world.pause(node);
    world.after(50_000 + nemesis.choose(100_000, "duration"), () => {
      world.undisturb("isolated");
      world.restart(node);
      world.resume(node);
      world.after(20_000 + nemesis.choose(100_000, "calm"), strike);
    });
  };
  for (let process = 0; process < 2 * count; process++) world.after(1_000 * process, () => ask(process));
  world.after(30_000, strike);
  return { world, answers };
}
