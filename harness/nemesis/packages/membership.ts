import { isJsonArray, type Json } from "../../../histories/json.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { RealEffect, Routine, Situation } from "../effect.ts";
import { chooseTargets } from "../targets.ts";
import { bandOf, isDown, NothingToHit, type RealPackage } from "./fault-package.ts";
import { member, nodesOf } from "./fault-values.ts";

/**
 * Nodes leave the members, as they run or after they were killed, and join them anew with empty disks. Who is left is always a majority of all
 * nodes, and those of them that run are enough to agree on who leaves, and to serve without; they have all that whoever leaves has.
 */
export const membership: RealPackage = {
  kind: "membership",
  summary: "takes nodes out of the members, running or killed, and lets them join anew with empty disks",
  band: bandOf("membership", "leave", "return", "#2e7d6b"),
  start({ random }, nodes) {
    const leaving = chooseTargets(random.pick(["one", "one", "minority"]), nodes, random);
    return { f: "leave", value: { nodes: leaving, killed: random.int(2) === 0 } };
  },
  stop: { f: "return", value: null },
  *perform(situation, { f, value }): Routine<RealEffect> {
    if (f === "return") {
      const missing = situation.nodes.filter((node) => situation.away?.(node) === true);
      if (missing.length > 0) yield* currentMembers(10_000);
      for (const node of missing) yield [{ kind: "take-in", node }];
      // One that was to leave may have ended, and is a member all the same.
      const down = situation.nodes.filter((node) => isDown(situation, node));
      yield down.map((node) => ({ kind: "restart", node }));
      return { nodes: missing };
    }
    // Where no majority is at hand, other faults are not to wait for one; whoever comes back waits for a leader.
    let members = yield* currentMembers(3_000);
    const killed = member(value, "killed") === true;
    const gone: NodeId[] = [];
    for (const node of nodesOf(value)) {
      const rest = members.filter((each) => each !== node);
      if (rest.length === members.length || situation.paused(node)) continue;
      const runs = situation.alive(node);
      if (!suffice(situation, rest, members, runs && !killed)) continue;
      const [dispensable] = yield [{ kind: "dispensable", node }];
      if (dispensable === false) continue;
      if (runs && killed) yield [{ kind: "kill", node }];
      try {
        yield [{ kind: "take-out", node }];
      } catch (error) {
        yield isDown(situation, node) ? [{ kind: "restart", node }] : [];
        throw error;
      }
      gone.push(node);
      members = rest;
    }
    if (gone.length === 0)
      throw new NothingToHit("too few of the members would be left, or not all that they are to keep");
    return { nodes: gone, killed, members };
  },
};

/** Who is a member; whoever cannot be told to leave or to come, as no majority is at hand, is not hit. */
function* currentMembers(
  patience: number,
): Generator<readonly RealEffect[], readonly NodeId[], readonly Json[]> {
  let answer: Json;
  try {
    [answer = null] = yield [{ kind: "members", patience }];
  } catch (error) {
    throw new NothingToHit(
      `nobody says who the members are: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return isJsonArray(answer) ? answer.filter((node) => typeof node === "string") : [];
}

/** Whether `rest` is a majority of all nodes, those of it that run are one of it, and with whoever leaves, if that runs, one of all members. */
function suffice(
  situation: Situation,
  rest: readonly NodeId[],
  members: readonly NodeId[],
  leaverRuns: boolean,
): boolean {
  const running = rest.filter((node) => situation.alive(node) && !situation.paused(node)).length;
  if (2 * rest.length <= situation.nodes.length) return false;
  return 2 * running > rest.length && 2 * (running + (leaverRuns ? 1 : 0)) > members.length;
}
