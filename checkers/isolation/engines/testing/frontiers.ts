import { Initial, type Reading } from "../../reading.ts";

/**
 * Whether sessions that keep their order can be run one step at a time by a store of one version: by trying every session at every
 * frontier, and no frontier twice. For serializability a step is a transaction, for snapshot isolation and prefix consistency
 * its begin or its commit.
 */
export function runsByFrontiers(
  reading: Reading,
  level: "serializable" | "snapshot-isolation" | "prefix-consistency",
): boolean {
  const { sessions, sessionFirst, sessionNode, ordered, readFirst, readKey, readFrom, writeFirst, writeKey } =
    reading;
  const length = (s: number): number => sessionFirst[s + 1]! - sessionFirst[s]!;
  const tried = new Set<string>();
  interface State {
    /** Half steps of each session: an odd number is within a transaction. */
    readonly at: readonly number[];
    readonly current: readonly number[];
  }
  const stack: State[] = [
    { at: Array.from({ length: sessions }, () => 0), current: [...ordered].map(() => Initial) },
  ];
  const keysOf = (node: number): readonly number[] =>
    Array.from(writeKey.subarray(writeFirst[node], writeFirst[node + 1]));
  const nodeAt = (s: number, at: number): number => sessionNode[sessionFirst[s]! + (at >> 1)]!;
  const sees = (node: number, current: readonly number[]): boolean => {
    for (let r = readFirst[node]!; r < readFirst[node + 1]!; r++)
      if (current[readKey[r]!] !== readFrom[r]) return false;
    return true;
  };
  const commit = (node: number, { at, current }: State): number[] | undefined => {
    const keys = keysOf(node);
    if (level === "snapshot-isolation")
      for (let s = 0; s < sessions; s++) {
        if (at[s]! % 2 === 0) continue;
        const other = nodeAt(s, at[s]!);
        if (other !== node && keysOf(other).some((key) => keys.includes(key))) return undefined;
      }
    const next = [...current];
    for (const key of keys) next[key] = node;
    return next;
  };
  for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
    const name = `${state.at.join()} ${state.current.join()}`;
    if (tried.has(name)) continue;
    tried.add(name);
    if (state.at.every((at, s) => at === 2 * length(s))) return true;
    for (const [s, at] of state.at.entries()) {
      if (at === 2 * length(s)) continue;
      const node = nodeAt(s, at);
      if (at % 2 === 0 && !sees(node, state.current)) continue;
      const whole = level === "serializable";
      const current = whole || at % 2 === 1 ? commit(node, state) : state.current;
      if (current !== undefined) stack.push({ at: state.at.with(s, at + (whole ? 2 : 1)), current });
    }
  }
  return false;
}
