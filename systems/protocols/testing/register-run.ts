import { HistoryBuilder } from "../../../histories/builder.ts";
import type { History } from "../../../histories/history.ts";
import type { Json, JsonObject } from "../../../histories/json.ts";
import type { NodeId, Protocol } from "../../contracts/protocol.ts";
import { errorCodes, isDefinite } from "../errors.ts";
import { chance } from "../../chance.ts";
import { TestCluster } from "./test-cluster.ts";

export interface RegisterRunOptions<State> {
  readonly protocol: Protocol<State, JsonObject>;
  readonly nodes: number;
  readonly seed: number;
  /** Faults that strike, at random times and nodes, until the end heals them. */
  readonly faults: ReadonlySet<"crash" | "partition" | "loss">;
  /** Whether links are channels, which lose nothing that both ends live to see, and keep the order. */
  readonly inOrder?: boolean;
  readonly onStep?: (node: NodeId, state: State) => void;
  readonly onSend?: (from: NodeId, body: JsonObject) => void;
}

export interface RegisterRun {
  readonly history: History;
  /** Requests made after healing, and how many of them were answered ok. */
  readonly afterHealing: { readonly asked: number; readonly answered: number };
}

const clientCount = 4;
const faultyTime = 600;
/** How long every request may take once all is well, in virtual milliseconds. */
const healedTime = 1_000;

/** One run of a register workload on one key, with random faults, in virtual time; the seed decides it all. */
export function registerRun<State>(options: RegisterRunOptions<State>): RegisterRun {
  const { faults } = options;
  const random = chance(options.seed);
  const nodes = Array.from({ length: options.nodes }, (_, i) => `n${i + 1}`);
  const network = {
    maximumDelay: 1 + random(12),
    lostOf100: faults.has("loss") ? random(20) : 0,
    doubledOf100: faults.has("loss") ? random(20) : 0,
    inOrder: options.inOrder === true,
  };
  const { protocol, onStep, onSend } = options;
  const cluster = new TestCluster({
    protocol,
    nodes,
    random,
    network,
    ...(onStep === undefined ? {} : { onStep }),
    ...(onSend === undefined ? {} : { onSend }),
  });
  const builder = new HistoryBuilder();
  const afterHealing = { asked: 0, answered: 0 };
  let healed = false;
  let processes = clientCount;
  let written = 0;

  const client = (process: number, seen: Json): void => {
    if (cluster.now >= faultyTime && !healed) return;
    if (healed && afterHealing.asked >= 2 * clientCount) return;
    const node = nodes[random(nodes.length)] ?? "n1";
    const again = (next: number, value: Json): void =>
      cluster.after(1 + random(60), () => client(next, value));
    if (!cluster.isUp(node)) return again(process, seen);
    const f = ["read", "write", "cas"][random(3)] ?? "read";
    const value: Json = f === "read" ? null : f === "write" ? ++written : [seen, ++written];
    const [from = null, to = null] = Array.isArray(value) ? (value as Json[]) : [];
    const body = { type: f, key: "x", ...(f === "cas" ? { from, to } : f === "write" ? { value } : {}) };
    const record = (type: "invoke" | "ok" | "fail" | "info", recorded: Json): void =>
      void builder.add({ time: cluster.now * 1e6, process, type, f, value: recorded });
    record("invoke", value);
    const late = healed;
    if (late) afterHealing.asked++;
    cluster.request(node, body, (answer) => {
      const code = answer?.["code"];
      const absent = f === "read" && code === errorCodes.keyDoesNotExist;
      const no = code === errorCodes.keyDoesNotExist || code === errorCodes.preconditionFailed;
      if (late && (answer?.["type"] === `${f}_ok` || no)) afterHealing.answered++;
      if (answer?.["type"] === `${f}_ok` || absent) {
        const result = f === "read" ? (answer?.["value"] ?? null) : value;
        record("ok", result);
        return again(process, f === "read" ? result : written);
      }
      if (f === "read" || (typeof code === "number" && isDefinite(code))) {
        record("fail", value);
        return again(process, seen);
      }
      record("info", value);
      again(processes++, seen);
    });
  };

  const strike = (): void => {
    if (healed) return;
    const victims = nodes.filter(() => random(2) === 0);
    if (faults.has("crash") && random(2) === 0)
      for (const node of victims) if (cluster.isUp(node)) cluster.crash(node);
    if (faults.has("partition") && random(2) === 0) {
      cluster.partition((from, to) => victims.includes(from) !== victims.includes(to));
    }
    cluster.after(1 + random(80), () => {
      for (const node of nodes) if (!cluster.isUp(node) && random(3) > 0) cluster.start(node);
      if (random(2) === 0) cluster.partition(() => false);
      cluster.after(1 + random(60), strike);
    });
  };

  for (let process = 0; process < clientCount; process++)
    cluster.after(random(20), () => client(process, null));
  cluster.after(random(40), strike);
  // Requests open at the end of the faults get their answers within their own deadline.
  cluster.run(faultyTime + 1_500);
  healed = true;
  cluster.heal();
  for (let i = 0; i < clientCount; i++) cluster.after(0, () => client(processes++, written));
  cluster.run(faultyTime + 1_500 + 3 * healedTime);
  return { history: builder.build(), afterHealing };
}
