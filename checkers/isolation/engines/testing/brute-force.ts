import type { Execution } from "../../decision.ts";
import { levels } from "../../lattice.ts";
import type { Level, Strength } from "../../levels.ts";
import type { Reading } from "../../reading.ts";
import { Never } from "../../transactions.ts";

/** A relation on at most 31 nodes: row a has the bits of those that a comes before. */
type Matrix = readonly number[];

const empty = (n: number): number[] => Array.from({ length: n }, () => 0);
const union = (...all: readonly Matrix[]): Matrix =>
  all[0]!.map((_, a) => all.reduce((row, m) => row | m[a]!, 0));
const compose = (m: Matrix, n: Matrix): Matrix =>
  m.map((row) => n.reduce((reached, next, b) => ((row >> b) & 1 ? reached | next : reached), 0));
const orNothing = (m: Matrix): Matrix => m.map((row, a) => row | (1 << a));
function closure(m: Matrix): Matrix {
  const closed = [...m];
  for (let b = 0; b < m.length; b++)
    for (let a = 0; a < m.length; a++) if ((closed[a]! >> b) & 1) closed[a]! |= closed[b]!;
  return closed;
}
const irreflexive = (m: Matrix): boolean => m.every((row, a) => ((row >> a) & 1) === 0);
const acyclic = (m: Matrix): boolean => irreflexive(closure(m));

/** One way to fill in what a reading leaves open. */
interface Account {
  /** Of each key all its writers in order. */
  readonly versions: readonly (readonly number[])[];
  /** Writer of each read entry. */
  readonly from: readonly number[];
}

/** Every account of a reading: orders of versions that keep what is known, times choices of writers. */
function* accounts(reading: Reading, free: boolean): Generator<Account> {
  const { writerFirst, writer, ordered, readFrom, candidates } = reading;
  const options: (readonly (readonly number[])[])[] = [];
  for (let k = 0; k < ordered.length; k++) {
    const known = free ? 1 : ordered[k]!;
    const first = writer.slice(writerFirst[k], writerFirst[k]! + known);
    const rest = Array.from(writer.subarray(writerFirst[k]! + known, writerFirst[k + 1]));
    options.push(permutations(rest).map((order) => [...first, ...order]));
  }
  const keys = options.length;
  readFrom.forEach((from, r) =>
    options.push(from >= 0 ? [[from]] : candidates.get(r)!.map((node) => [node])),
  );
  const at = options.map(() => 0);
  for (;;) {
    const chosen = at.map((i, o) => options[o]![i]!);
    yield { versions: chosen.slice(0, keys), from: chosen.slice(keys).map(([node]) => node!) };
    let o = 0;
    while (o < at.length && ++at[o]! === options[o]!.length) at[o++] = 0;
    if (o === at.length) return;
  }
}

export function permutations(of: readonly number[]): number[][] {
  if (of.length === 0) return [[]];
  return of.flatMap((first) =>
    permutations(of.filter((other) => other !== first)).map((rest) => [first, ...rest]),
  );
}

/** How many accounts there are. */
export function accountsOf({ writerFirst, candidates }: Reading): number {
  let count = 1;
  for (let k = 0; k + 1 < writerFirst.length; k++)
    for (let i = 2; i < writerFirst[k + 1]! - writerFirst[k]!; i++) count *= i;
  for (const nodes of candidates.values()) count *= nodes.length;
  return count;
}

/** The relations of one account, in one strength, as in `docs/isolation.md`. */
class Relations {
  readonly reading: Reading;
  readonly account: Account;
  readonly n: number;
  readonly so: Matrix;
  readonly rt: Matrix;
  readonly wr: Matrix;
  readonly wwOf: readonly Matrix[];
  readonly rwOf: readonly Matrix[];
  readonly ww: Matrix;
  readonly rw: Matrix;

  constructor(reading: Reading, account: Account) {
    const { nodes, session, place, begin, end, readFirst, readKey } = reading;
    this.reading = reading;
    this.account = account;
    this.n = nodes;
    const so = empty(nodes);
    const rt = empty(nodes);
    for (let a = 0; a < nodes; a++)
      for (let b = 1; b < nodes; b++) {
        if (a === b) continue;
        if (a === 0 || (session[a] === session[b] && place[a]! < place[b]!)) so[a]! |= 1 << b;
        if (a === 0 || (reading.transactions.timed && end[a] !== Never && end[a]! < begin[b]!))
          rt[a]! |= 1 << b;
      }
    this.so = so;
    this.rt = rt;
    this.wwOf = account.versions.map((order) => {
      const m = empty(nodes);
      order.forEach((a, i) => order.slice(i + 1).forEach((b) => (m[a]! |= 1 << b)));
      return m;
    });
    const wr = empty(nodes);
    const rwOf = account.versions.map(() => empty(nodes));
    for (let s = 0; s < nodes; s++)
      for (let r = readFirst[s]!; r < readFirst[s + 1]!; r++) {
        const from = account.from[r]!;
        wr[from]! |= 1 << s;
        rwOf[readKey[r]!]![s]! |= this.wwOf[readKey[r]!]![from]! & ~(1 << s);
      }
    this.wr = wr;
    this.rwOf = rwOf;
    this.ww = union(empty(nodes), ...this.wwOf);
    this.rw = union(empty(nodes), ...rwOf);
  }

  heeded(strength: Strength): Matrix {
    if (strength === "plain") return empty(this.n);
    return strength === "strong" ? union(this.so, this.rt) : this.so;
  }

  /** Whom read entry r comes before, because they overwrote what it saw. */
  overwriters(r: number, reader: number): number {
    return this.wwOf[this.reading.readKey[r]!]![this.account.from[r]!]! & ~(1 << reader);
  }

  /** Whether a read is of an older version than one that its transaction met earlier, `met` says how. */
  readsBack(met: (reader: number, operation: number) => number): boolean {
    const { readFirst, readOperation } = this.reading;
    for (let s = 1; s < this.n; s++)
      for (let r = readFirst[s]!; r < readFirst[s + 1]!; r++)
        if ((met(s, readOperation[r]!) & this.overwriters(r, s)) !== 0) return true;
    return false;
  }

  holds({ name, strength }: Level): boolean {
    const { so, rt, wr, ww, rw, reading, n } = this;
    const o = this.heeded(strength);
    const d = union(o, wr, ww);
    const all = (1 << n) - 1;
    const columns = (m: Matrix, s: number): number =>
      m.reduce((into, row, a) => into | (((row >> s) & 1) << a), 0);
    switch (name) {
      case "read-uncommitted":
        return acyclic(union(o, ww));
      case "read-committed":
        return acyclic(d);
      case "cursor-stability":
        return (
          acyclic(d) &&
          this.wwOf.every((wwk, k) => irreflexive(compose(closure(union(o, wwk)), this.rwOf[k]!)))
        );
      case "monotonic-atomic-view":
      case "read-committed-biswas-enea":
        return (
          acyclic(d) &&
          !this.readsBack((s, operation) => {
            let met = 0;
            for (let r = reading.readFirst[s]!; r < reading.readFirst[s + 1]!; r++)
              if (reading.readOperation[r]! < operation) met |= 1 << this.account.from[r]!;
            return met;
          })
        );
      case "monotonic-view":
      case "monotonic-snapshot-read": {
        if (!acyclic(d)) return false;
        const before = orNothing(closure(d));
        return !this.readsBack((s, operation) => {
          let met = columns(o, s);
          for (let r = reading.readFirst[s]!; r < reading.readFirst[s + 1]!; r++)
            if (reading.readOperation[r]! < operation) met |= 1 << this.account.from[r]!;
          for (let w = reading.writeFirst[s]!; w < reading.writeFirst[s + 1]!; w++)
            if (reading.writeOperation[w]! < operation) met |= columns(this.wwOf[reading.writeKey[w]!]!, s);
          let reached = 0;
          for (let a = 0; a < n; a++) if ((before[a]! & met) !== 0) reached |= 1 << a;
          return reached;
        });
      }
      case "read-atomic":
        return acyclic(d) && irreflexive(compose(union(o, wr), rw));
      case "update-atomic":
        return acyclic(d) && irreflexive(compose(d, rw));
      case "causal-consistency":
        return acyclic(d) && irreflexive(compose(closure(union(o, wr)), rw));
      case "consistent-view":
      case "forward-consistent-view":
      case "parallel-snapshot-isolation":
        return irreflexive(compose(closure(d), orNothing(rw)));
      case "prefix-consistency":
        return acyclic(union(compose(union(o, wr), orNothing(rw)), ww));
      case "snapshot-isolation":
        return acyclic(compose(d, orNothing(rw)));
      case "ansi-snapshot-isolation":
        if (strength === "strong") return acyclic(compose(d, orNothing(rw)));
        return acyclic(this.twoNodes(union(strength === "plain" ? empty(n) : so, wr, ww), rt));
      case "update-serializable": {
        let update = 0;
        for (let a = 0; a < n; a++) if (reading.writeFirst[a + 1]! > reading.writeFirst[a]!) update |= 1 << a;
        const from = (who: number): Matrix => rw.map((row, a) => ((who >> a) & 1 ? row : 0));
        return Array.from({ length: n }, (_, s) => acyclic(union(d, from(update | (1 << s))))).every(Boolean);
      }
      case "repeatable-read":
      case "view-serializable":
      case "serializable":
        return (all & 1) === 1 && acyclic(union(d, rw));
    }
  }

  /** Snapshots are nodes 0 to n, commits those after; `commits` orders commits only. */
  twoNodes(d: Matrix, commits: Matrix): Matrix {
    const { n } = this;
    const two = empty(2 * n);
    for (let a = 0; a < n; a++) {
      two[a] = (1 << (n + a)) | (this.rw[a]! << n);
      two[n + a] = d[a]! | (commits[a]! << n);
    }
    return two;
  }
}

/** Which levels hold, by their places in `levels`: every account is tried. */
export function bruteForce(reading: Reading): boolean[] {
  const holds = levels.map(() => false);
  const anyOrder = reading.ordered.some((known) => known > 1);
  for (const account of accounts(reading, false)) {
    const relations = new Relations(reading, account);
    levels.forEach((level, i) => {
      if (!holds[i] && !(anyOrder && level.name === "view-serializable")) holds[i] = relations.holds(level);
    });
  }
  if (anyOrder)
    for (const account of accounts(reading, true)) {
      const relations = new Relations(reading, account);
      levels.forEach((level, i) => {
        if (level.name === "view-serializable" && !holds[i]) holds[i] = relations.holds(level);
      });
    }
  return holds;
}

/** What is wrong with an execution that is to show a level, `undefined` if nothing is. */
export function flawOfExecution(reading: Reading, level: Level, execution: Execution): string | undefined {
  const { commits, snapshots } = execution;
  const { nodes, writerFirst, writer, ordered } = reading;
  if (
    [...commits].toSorted((a, b) => a - b).join() !==
    Array.from({ length: nodes - 1 }, (_, i) => i + 1).join()
  )
    return "not every node commits once";
  const at = empty(nodes);
  commits.forEach((node, i) => (at[node] = i + 1));
  const versions = [...ordered].map((_, k) =>
    Array.from(writer.subarray(writerFirst[k], writerFirst[k + 1])).toSorted((a, b) => at[a]! - at[b]!),
  );
  if (level.name !== "view-serializable")
    for (const [k, order] of versions.entries())
      for (let i = 0; i < ordered[k]!; i++)
        if (order[i] !== writer[writerFirst[k]! + i]) return `key ${k} is not in its known order`;
  const choices: number[][] = [[]];
  for (let r = 0; r < reading.readFrom.length; r++) {
    const from = reading.readFrom[r]! >= 0 ? [reading.readFrom[r]!] : reading.candidates.get(r)!;
    choices.splice(0, choices.length, ...choices.flatMap((choice) => from.map((node) => [...choice, node])));
  }
  const fitting = choices.filter((from) => new Relations(reading, { versions, from }).holds(level));
  if (fitting.length === 0) return "its order of versions is not of the level";
  if (!["snapshot-isolation", "prefix-consistency", "ansi-snapshot-isolation"].includes(level.name))
    return undefined;
  if (snapshots === undefined || snapshots.length !== commits.length) return "no snapshots";
  return flawOfSnapshots(reading, level, commits, snapshots, fitting);
}

function flawOfSnapshots(
  reading: Reading,
  level: Level,
  commits: Int32Array,
  snapshots: Int32Array,
  choices: readonly (readonly number[])[],
): string | undefined {
  const { writeFirst, writeKey, readFirst, readKey } = reading;
  const writes = (node: number, key: number): boolean =>
    writeKey.slice(writeFirst[node], writeFirst[node + 1]).includes(key);
  const relations = new Relations(
    { ...reading, readFirst: new Int32Array(reading.nodes + 1) },
    { versions: [], from: [] },
  );
  const ansi = level.name === "ansi-snapshot-isolation" && level.strength !== "strong";
  const heeded =
    ansi && level.strength === "strong-session" ? relations.so : relations.heeded(level.strength);
  for (let i = 0; i < commits.length; i++) {
    const node = commits[i]!;
    const snapshot = snapshots[i]!;
    if (snapshot < 0 || snapshot > i) return `snapshot ${snapshot} of commit ${i}`;
    for (let j = 0; j < commits.length; j++) {
      const other = commits[j]!;
      if ((heeded[other]! >> node) & 1 && j >= snapshot) return `${node} does not see ${other}`;
      if (ansi && (relations.rt[other]! >> node) & 1 && j >= i) return `${node} commits before ${other}`;
      if (level.name === "prefix-consistency" || j < snapshot || j >= i) continue;
      for (let w = writeFirst[node]!; w < writeFirst[node + 1]!; w++)
        if (writes(other, writeKey[w]!)) return `${node} and ${other} conflict`;
    }
  }
  const visible = (from: readonly number[]): boolean =>
    commits.every((node, i) => {
      for (let r = readFirst[node]!; r < readFirst[node + 1]!; r++) {
        let last = 0;
        for (let j = 0; j < snapshots[i]!; j++) if (writes(commits[j]!, readKey[r]!)) last = commits[j]!;
        if (last !== from[r]) return false;
      }
      return true;
    });
  return choices.some(visible) ? undefined : "a snapshot does not show what was read";
}
