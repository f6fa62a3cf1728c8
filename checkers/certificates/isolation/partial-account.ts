import type { Level } from "../../isolation/levels.ts";
import { isAntiDependency, type Part, type PartEdge, type PartRead } from "./part.ts";
import { Relation } from "./relation.ts";

/**
 * An account of a few transactions that is told in part: of some reads who wrote what they saw, of each key a partial order of its writers.
 * Whatever is added, nothing of its relations goes away; so what breaks a rule now breaks it in every account that this one
 * can become.
 */
export class PartialAccount {
  readonly part: Part;
  readonly level: Level;
  /** Of each read the writer of what it saw; −1 while it is open. */
  readonly #source: Int32Array;
  readonly #versions: Map<number, Relation>;
  /** Anti-dependencies that are known to be there, whatever was read. */
  readonly #given: PartEdge[];

  constructor(part: Part, level: Level, copied?: PartialAccount) {
    this.part = part;
    this.level = level;
    this.#source = copied === undefined ? new Int32Array(part.reads.length).fill(-1) : copied.#source.slice();
    this.#versions = new Map();
    this.#given = [...(copied?.given ?? [])];
    if (copied !== undefined) {
      for (const [key, order] of copied.#versions) this.#versions.set(key, order.copy());
      return;
    }
    for (const [key, writers] of part.writers) {
      const order = new Relation(part.members.length);
      for (const a of writers) {
        order.add(0, a);
        for (const b of writers)
          if (a !== b && part.told(key, a, b, level.name !== "view-serializable")) order.add(a, b);
      }
      this.#versions.set(key, order.closure());
    }
    for (const [i, { writers }] of part.reads.entries())
      if (writers.length === 1) this.setSource(i, writers[0]!);
  }

  copy(): PartialAccount {
    return new PartialAccount(this.part, this.level, this);
  }

  get given(): readonly PartEdge[] {
    return this.#given;
  }

  /** Takes an edge for certain. */
  give(edge: PartEdge): void {
    if (edge.kind === "ww" || edge.kind === "wwp") this.order(edge.key, edge.from, edge.to);
    if (isAntiDependency(edge.kind)) this.#given.push(edge);
  }

  source(read: number): number {
    return this.#source[read]!;
  }

  setSource(read: number, writer: number): void {
    this.#source[read] = writer;
    const { key, reader } = this.part.reads[read]!;
    // Where dependencies must not go round.
    if (
      writer > 0 &&
      this.part.ordersBuilt &&
      this.level.name !== "read-uncommitted" &&
      this.part.writers.get(key)?.includes(reader) === true
    )
      this.order(key, writer, reader);
  }

  isOrdered(key: number, a: number, b: number): boolean {
    return this.#versions.get(key)?.has(a, b) ?? false;
  }

  /** That a wrote the key before b. */
  order(key: number, a: number, b: number): void {
    const order = this.#versions.get(key);
    if (order === undefined || order.has(a, b)) return;
    order.add(a, b);
    this.#versions.set(key, order.closure());
  }

  /** Which of the transactions take effect, as far as is told. */
  present(): boolean[] {
    const present = this.part.isOptional.map((optional) => !optional);
    for (const writer of this.#source) if (writer >= 0) present[writer] = true;
    return present;
  }

  /** Whether the transactions can be no account of the level, however the rest is told. */
  breaksRule(): boolean {
    for (const order of this.#versions.values()) if (!order.isIrreflexive()) return true;
    return breaks(this);
  }

  /** WW of a key. */
  versions(key: number, present: readonly boolean[]): Relation {
    const size = this.part.members.length;
    const relation = new Relation(size);
    const order = this.#versions.get(key);
    const writers = this.part.writers.get(key) ?? [];
    for (const a of [0, ...writers])
      for (const b of writers) if (present[a] && present[b] && order?.has(a, b) === true) relation.add(a, b);
    return relation;
  }

  /** Those who overwrote what a read saw. */
  overwriters({ key, reader }: PartRead, writer: number, present: readonly boolean[]): number[] {
    const order = this.#versions.get(key);
    return (this.part.writers.get(key) ?? []).filter(
      (later) => later !== reader && present[later] === true && order?.has(writer, later) === true,
    );
  }
}

type AboutRead = Pick<PartRead, "reader" | "key" | "byPredicate">;

/** The relations of `docs/isolation.md`. */
interface Relations {
  readonly present: readonly boolean[];
  /** O */
  readonly o: Relation;
  readonly wr: Relation;
  readonly ww: Relation;
  /** RW of those reads that are asked about. */
  readonly rw: (accept?: (read: AboutRead) => boolean) => Relation;
  /** D */
  readonly d: Relation;
}

function relationsOf(account: PartialAccount): Relations {
  const { part, level } = account;
  const size = part.members.length;
  const present = account.present();
  const none = new Relation(size);
  const all =
    level.strength === "plain"
      ? none
      : level.strength === "strong-session"
        ? part.session
        : part.session.or(part.realTime);
  const o = among(all, present);
  const wr = new Relation(size);
  for (const [i, { reader }] of part.reads.entries())
    if (account.source(i) >= 0) wr.add(account.source(i), reader);
  const ww = none.or(...Array.from(part.writers.keys(), (key) => account.versions(key, present)));
  const rw = (accept: (read: AboutRead) => boolean = () => true): Relation => {
    const relation = new Relation(size);
    for (const { from: reader, to, key, kind } of account.given)
      if (accept({ reader, key, byPredicate: kind === "rwp" })) relation.add(reader, to);
    for (const [i, read] of part.reads.entries())
      if (account.source(i) >= 0 && accept(read))
        for (const later of account.overwriters(read, account.source(i), present))
          relation.add(read.reader, later);
    return relation;
  };
  return { present, o, wr, ww, rw, d: o.or(wr, ww) };
}

function among(relation: Relation, present: readonly boolean[]): Relation {
  if (present.every(Boolean)) return relation;
  const some = new Relation(relation.size);
  for (let a = 0; a < relation.size; a++)
    for (let b = 0; b < relation.size; b++)
      if (present[a] && present[b] && relation.has(a, b)) some.add(a, b);
  return some;
}

/** Whether a level's rule in `docs/isolation.md` is broken. */
function breaks(account: PartialAccount): boolean {
  const { part, level } = account;
  const relations = relationsOf(account);
  const { o, wr, ww, rw, d } = relations;
  if (level.name === "read-uncommitted") return !o.or(ww).isAcyclic();
  const paths = d.closure();
  if (!paths.isIrreflexive()) return true;
  switch (level.name) {
    case "read-committed":
      return false;
    case "cursor-stability":
      return Array.from(part.writers.keys()).some(
        (key) =>
          !o
            .or(account.versions(key, relations.present))
            .closure()
            .compose(rw((read) => read.key === key))
            .isIrreflexive(),
      );
    case "monotonic-atomic-view":
    case "read-committed-biswas-enea":
      return goesBack(account, relations, undefined);
    case "monotonic-view":
    case "monotonic-snapshot-read":
      return goesBack(account, relations, paths);
    case "read-atomic":
      return !o.or(wr).compose(rw()).isIrreflexive();
    case "update-atomic":
      return !d.compose(rw()).isIrreflexive();
    case "causal-consistency":
      return !o.or(wr).closure().compose(rw()).isIrreflexive();
    case "consistent-view":
    case "forward-consistent-view":
    case "parallel-snapshot-isolation":
      return !paths.compose(rw()).isIrreflexive();
    case "prefix-consistency":
      return !o.or(wr).maybeCompose(rw()).or(ww).isAcyclic();
    case "snapshot-isolation":
      return !d.maybeCompose(rw()).isAcyclic();
    case "ansi-snapshot-isolation":
      return !withCommitsInTime(part, relations).isAcyclic();
    case "update-serializable": {
      const updates = d.or(rw(({ reader }) => part.isUpdate[reader]!));
      return (
        part.isUpdate.some(
          (isUpdate, single) => !isUpdate && !updates.or(rw(({ reader }) => reader === single)).isAcyclic(),
        ) || !updates.isAcyclic()
      );
    }
    case "repeatable-read":
      return !d.or(rw(({ byPredicate }) => !byPredicate)).isAcyclic();
    case "view-serializable":
    case "serializable":
      return !d.or(rw()).isAcyclic();
  }
}

/**
 * Whether a read of a transaction is older than one who was seen at an operation before it: whose version was read, or who leads to
 * there by `paths`, which may end at a read, a write or, along O, at the transaction as a whole.
 */
function goesBack(
  account: PartialAccount,
  { o, present }: Pick<Relations, "o" | "present">,
  paths: Relation | undefined,
): boolean {
  const { part } = account;
  const size = part.members.length;
  return part.members.some((_, s) => {
    const seen = new Set<number>();
    const see = (t: number): void => {
      seen.add(t);
      if (paths !== undefined) for (let u = 0; u < size; u++) if (paths.has(u, t)) seen.add(u);
    };
    if (paths !== undefined) for (let t = 0; t < size; t++) if (o.has(t, s)) see(t);
    // Of which of its reads an anti-dependency is that was given, is not told: at the earliest that it may be.
    const steps: {
      readonly at: number;
      readonly read?: number;
      readonly later?: number;
      readonly key: number;
    }[] = account.given.flatMap(({ from, to, key }) =>
      from === s ? [{ at: part.surelyRead(s, key, to), later: to, key }] : [],
    );
    for (const [read, { reader, operation, key }] of part.reads.entries())
      if (reader === s) steps.push({ at: operation, read, key });
    if (paths !== undefined)
      for (const [key, writers] of part.writers)
        if (writers.includes(s)) steps.push({ at: part.lastWrite(s, key), key });
    return steps
      .toSorted((a, b) => a.at - b.at)
      .some(({ read, later: given, key }) => {
        if (given !== undefined) return seen.has(given);
        if (read === undefined) {
          const order = account.versions(key, present);
          for (let t = 0; t < size; t++) if (order.has(t, s)) see(t);
          return false;
        }
        const source = account.source(read);
        if (source < 0) return false;
        if (account.overwriters(part.reads[read]!, source, present).some((later) => seen.has(later)))
          return true;
        see(source);
        return false;
      });
  });
}

/** A graph of snapshots 2t and commits 2t + 1. */
function withCommitsInTime({ realTime }: Part, { o, wr, ww, rw, present }: Relations): Relation {
  const size = o.size;
  const graph = new Relation(2 * size);
  const antiDependencies = rw();
  for (let a = 0; a < size; a++) {
    graph.add(2 * a, 2 * a + 1);
    for (let b = 0; b < size; b++) {
      if (wr.has(a, b) || ww.has(a, b) || o.has(a, b)) graph.add(2 * a + 1, 2 * b);
      if (antiDependencies.has(a, b)) graph.add(2 * a, 2 * b + 1);
      if (present[a] && present[b] && realTime.has(a, b)) graph.add(2 * a + 1, 2 * b + 1);
    }
  }
  return graph;
}
