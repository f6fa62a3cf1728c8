import type { Command } from "../../state-machine/command.ts";
import { bySequence, inOrder, keysOf, type Attributes, type InstanceId } from "./instance.ts";
import type { Rules } from "./rules.ts";
import { knownOf, type Conflicts, type EpaxosState, type Replica } from "./replica.ts";

/** The attributes of a command by what this replica knows: phase 1, as any replica goes through it. */
export function attributesOf(replica: Replica, id: InstanceId, command: Command): Attributes {
  const value = withConflicts(replica, id, { command, seq: 1, deps: [], ...keysOf(command) });
  return replica.rules.optimized === null ? value : { ...value, initial: value.deps };
}

/** Those that it depends on that are committed here, and come before it in the order within a cycle. */
export function settledBefore({ state }: Replica, { seq, deps }: Attributes): InstanceId[] {
  return deps.filter((dep) => (state.committed[dep]?.seq ?? Infinity) < seq);
}

/** The attributes with what this replica knows beyond them. */
export function withConflicts({ state, rules }: Replica, id: InstanceId, value: Attributes): Attributes {
  const deps = [...value.deps];
  let { seq } = value;
  for (const key of [...value.reads, ...value.writes]) {
    const known = state.conflicts[key];
    if (known === undefined) continue;
    const writes = value.writes.includes(key);
    let others = 0;
    for (const other of known.instances) {
      if (other === id) continue;
      others++;
      // A vote to give it up does not settle that it is.
      const what = (rules.heedsOverruled ? state.overruled[other] : undefined) ?? knownOf(state, other);
      // Reads do not interfere with reads.
      if (writes || what?.writes.includes(key) === true) deps.push(other);
    }
    if (others > 0) seq = Math.max(seq, known.seq + rules.step);
  }
  return { ...value, seq, deps: rules.compact(deps) };
}

/**
 * Takes note of what is known of an instance, whether pre-accepted, accepted or committed.
 *
 * So that dependencies do not grow with the history, an instance is left out that some other write of the key, both
 * committed, depends on and comes after in their order: who depends on the other depends on it, by way of what
 * is committed and so the same everywhere. (To take the latest instance of a replica for all before it, committed or not,
 * would not do: Whittaker 2021.)
 */
export function noteConflicts({ state, rules }: Replica, id: InstanceId, value: Attributes): void {
  for (const key of [...value.reads, ...value.writes]) {
    const known = (state.conflicts[key] ??= { seq: 0, instances: [] });
    known.seq = Math.max(known.seq, value.seq);
    const instances = inOrder([...known.instances, id]);
    known.instances = rules.namesCovered ? instances : uncovered(state, rules, key, instances);
  }
}

/** What is given up interferes with nothing. */
export function dropConflicts(
  { conflicts }: EpaxosState,
  id: InstanceId,
  { reads, writes }: Attributes,
): void {
  for (const key of [...reads, ...writes]) {
    const known: Conflicts | undefined = conflicts[key];
    if (known !== undefined) known.instances = known.instances.filter((other) => other !== id);
  }
}

function uncovered(
  { committed }: EpaxosState,
  { coversDependenciesOnly }: Rules,
  key: string,
  instances: readonly InstanceId[],
): InstanceId[] {
  const seqOf = (id: InstanceId): number => committed[id]?.seq ?? 0;
  return instances.filter((id) => {
    if (committed[id] === undefined) return true;
    return !instances.some((other) => {
      const later = committed[other];
      if (later === undefined || !later.writes.includes(key)) return false;
      if (coversDependenciesOnly && !later.deps.includes(id)) return false;
      return bySequence(id, other, seqOf) < 0;
    });
  });
}
