import type { Json } from "../../../histories/json.ts";
import type { Operation } from "../../../histories/operation.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { Verdict } from "../../../checkers/verdict.ts";
import { coreOf, healF, stabilizeF } from "../nemesis.ts";

/** So many requests, over half of the time, a node must have got before it is blamed for serving none. */
const enough = 3;

/**
 * Whether every node of the healed quorum served its clients again within the bound: an operation that was
 * begun since the stabilization was ok. A node that was asked too little is not judged; nobody asked enough is no
 * evidence.
 */
export function judgeLiveness(
  operations: Iterable<Operation>,
  nodes: readonly NodeId[],
  boundNanoseconds: number,
): Verdict {
  let begin = Infinity;
  let core: readonly NodeId[] = [];
  /** By node: indices of invocations within the bound, their times, and when the first was ok. */
  const asked = new Map<NodeId, { index: number; time: number }[]>();
  const served = new Map<NodeId, number>();
  const open = new Map<Json, Operation>();
  for (const operation of operations) {
    const { time, f, type, process, node } = operation;
    if (time > begin + boundNanoseconds) break;
    if (process === "nemesis") {
      if (f === stabilizeF && begin === Infinity) {
        begin = time;
        core = coreOf(operation.value, nodes);
      } else if (f === healF) break;
      continue;
    }
    if (begin === Infinity || node === undefined || !core.includes(node)) continue;
    if (type === "invoke") {
      open.set(process, operation);
      const requests = asked.get(node) ?? [];
      requests.push({ index: operation.index, time });
      asked.set(node, requests);
    } else if (open.delete(process) && type === "ok" && !served.has(node)) served.set(node, time - begin);
  }
  const unserved = core.filter((node) => {
    const requests = asked.get(node) ?? [];
    const first = requests[0]?.time ?? 0;
    const last = requests.at(-1)?.time ?? 0;
    return !served.has(node) && requests.length >= enough && last - first >= boundNanoseconds / 2;
  });
  const longest = Math.max(0, ...served.values());
  const statistics = { served: served.size, asked: asked.size, milliseconds: Math.round(longest / 1e6) };
  if (unserved.length > 0) {
    const requests = unserved.flatMap((node) => asked.get(node) ?? []).map(({ index }) => index);
    const seconds = boundNanoseconds / 1e9;
    return {
      checker: "liveness",
      valid: false,
      anomalies: [
        {
          type: "no-progress",
          operations: requests.toSorted((a, b) => a - b).slice(0, 20),
          explanation:
            `${list(core)} were healed at ${(begin / 1e9).toFixed(3)} s and could all reach one another from then on, ` +
            `but ${list(unserved)} completed none of ${requests.length} requests within ${seconds} s.`,
        },
      ],
      statistics,
    };
  }
  if (served.size === 0) {
    return { checker: "liveness", valid: "unknown", anomalies: [], reason: "no evidence", statistics };
  }
  return { checker: "liveness", valid: true, anomalies: [], statistics };
}

function list(nodes: readonly NodeId[]): string {
  return nodes.length < 2 ? nodes.join("") : `${nodes.slice(0, -1).join(", ")} and ${nodes.at(-1)}`;
}
