import { isJsonArray, isJsonObject, type Json } from "../../histories/json.ts";
import type { Monitor, Violation } from "./monitor.ts";
import { eachMember, type Rests } from "./sweep.ts";
import { memberOr } from "./values.ts";
import type { ConsensusView } from "./view.ts";

type Instance = {
  readonly deps: readonly string[];
  readonly reads: readonly string[];
  readonly writes: readonly string[];
};

type Memory = {
  /** What is decided of each instance. */
  readonly instances: Record<string, Instance>;
  /** Those that depend, by however many steps, on one that is not decided; in order. */
  open: string[];
  /** By key: the instances that concern it and are not open, in order. */
  readonly keys: Record<string, string[]>;
  readonly rests: Rests;
};

/**
 * Visibility, of protocols that order only what interferes (EPaxos): of two decided commands on one key, of which one at least
 * writes it, one depends on the other, directly or by way of others. So whoever executes one of them knows which
 * comes first. Judged as soon as all that the two depend on is decided, which is when they can be executed. Decisions
 * are read as `{deps, reads, writes}`: instances that it depends on, and keys.
 */
export const visibility: Monitor<Memory> = {
  name: "visibility",
  summary: "of two decided commands that interfere one depends on the other",
  begin: () => ({ instances: {}, open: [], keys: {}, rests: {} }),
  look(memory, node, view, occasion) {
    if (occasion !== "step") delete memory.rests[node];
    return lookAt(memory, node, view);
  },
  finish(memory, node, view) {
    delete memory.rests[node];
    return lookAt(memory, node, view);
  },
};

function lookAt(memory: Memory, node: string, { decided }: ConsensusView): Violation | undefined {
  if (decided === undefined) return undefined;
  let open = memory.open;
  eachMember(memory.rests, node, decided, (id, value) => {
    if (Object.hasOwn(memory.instances, id)) return undefined;
    const instance = instanceFrom(value);
    if (instance === undefined) return undefined;
    memory.instances[id] = instance;
    open = [...open, id];
    return undefined;
  });
  if (open === memory.open) return undefined;
  memory.open = [];
  for (const id of open.toSorted()) {
    const reached = reachable(memory.instances, id);
    if (reached === undefined) {
      memory.open.push(id);
      continue;
    }
    const violation = judge(memory, node, id, reached);
    if (violation !== undefined) return violation;
  }
  return undefined;
}

function judge(
  { instances, keys }: Memory,
  node: string,
  id: string,
  reached: ReadonlySet<string>,
): Violation | undefined {
  const { reads, writes } = instances[id]!;
  for (const key of [...reads, ...writes]) {
    const others = memberOr(keys, key, () => []);
    for (const other of others) {
      if (reached.has(other)) continue;
      if (!writes.includes(key) && !instances[other]!.writes.includes(key)) continue;
      if (reachable(instances, other)?.has(id) === true) continue;
      return {
        property: "visibility",
        nodes: [node],
        explanation: `${id} and ${other} are decided and interfere on ${key}, but neither depends on the other.`,
        evidence: { instances: [other, id], key },
      };
    }
    others.push(id);
    others.sort();
  }
  return undefined;
}

/** All that an instance depends on, by however many steps; undefined if one of them is not decided. */
function reachable(
  instances: Readonly<Record<string, Instance>>,
  from: string,
): ReadonlySet<string> | undefined {
  const seen = new Set([from]);
  for (const id of seen) {
    if (!Object.hasOwn(instances, id)) return undefined;
    for (const dep of instances[id]!.deps) seen.add(dep);
  }
  return seen;
}

function instanceFrom(value: Json): Instance | undefined {
  if (!isJsonObject(value)) return undefined;
  const [deps, reads, writes] = [texts(value["deps"]), texts(value["reads"]), texts(value["writes"])];
  if (deps === undefined || reads === undefined || writes === undefined) return undefined;
  return { deps, reads, writes };
}

function texts(json: Json | undefined): readonly string[] | undefined {
  return isJsonArray(json) && json.every((each) => typeof each === "string") ? [...json] : undefined;
}
