import { Initial, type Reading } from "../../reading.ts";
import { Append } from "../../transactions.ts";

/**
 * The versions of each key in their order, as far as it goes. Version v is the place v in `writer`: keys have
 * ranges of their own, `first[k]` to `first[k + 1]`, and the first of each is the initial one. Up to `settled[k]` the order is
 * total; from there on versions are _loose_: after all of these, in an order that is not known.
 *
 * A _rank_ is a version too, but all loose ones of a key have one rank, so that one version certainly comes before another
 * exactly if its rank is less.
 */
export class Versions {
  readonly reading: Reading;
  readonly first: Int32Array;
  readonly writer: Int32Array;
  readonly settled: Int32Array;
  /** Where the order of each key ends that the reading tells; from there to `settled`, it was inferred. */
  readonly told: Int32Array;
  /** Key of each version. */
  readonly key: Int32Array;
  /** By write and by read entry. */
  readonly versionWritten: Int32Array;
  readonly versionRead: Int32Array;
  /** Whether no key has two loose versions or more: nothing is open. */
  readonly total: boolean;

  constructor(
    reading: Reading,
    writer: Int32Array,
    settled: Int32Array,
    told: Int32Array,
    before?: Versions,
  ) {
    this.reading = reading;
    this.first = reading.writerFirst;
    this.writer = writer;
    this.settled = settled;
    this.told = told;
    this.key = before?.key ?? keysOf(reading);
    this.versionWritten = before?.versionWritten.slice() ?? new Int32Array(reading.writeKey.length);
    this.versionRead = before?.versionRead.slice() ?? new Int32Array(reading.readKey.length);
    if (before === undefined) this.#place();
    else this.#placeLoose(before);
    this.total = settled.every((until, k) => until === this.first[k + 1]);
  }

  /** The order that the reading tells; `undefined` if it leaves open who wrote what was read. */
  static told(reading: Reading): Versions | undefined {
    const { writerFirst, writer, ordered, candidates } = reading;
    if (candidates.size > 0) return undefined;
    const settled = ordered.map((known, k) => {
      const known1 = writerFirst[k]! + known;
      // One that is left can only be the next.
      return known1 === writerFirst[k + 1]! - 1 ? known1 + 1 : known1;
    });
    return new Versions(reading, writer, settled, settled);
  }

  /** Only what lists tell, and not what the system said by numbers of versions; `undefined` if that is all the same. */
  static untold(reading: Reading): Versions | undefined {
    const { writerFirst, ordered, nodes, writeFirst, writeKey, writeOperation, transactions } = reading;
    const told = ordered.map((known, k) => (writerFirst[k + 1]! - writerFirst[k]! > 2 ? known : 1));
    const isList = new Uint8Array(ordered.length);
    if (told.every((known) => known === 1)) return undefined;
    for (let a = 1; a < nodes; a++)
      for (let w = writeFirst[a]!; w < writeFirst[a + 1]!; w++)
        if (transactions.kind[writeOperation[w]!] === Append) isList[writeKey[w]!] = 1;
    if (told.every((known, k) => known === 1 || isList[k] === 1)) return undefined;
    return Versions.told({ ...reading, ordered: ordered.map((known, k) => (isList[k] === 1 ? known : 1)) });
  }

  rankOf(version: number): number {
    return this.total ? version : Math.min(version, this.settled[this.key[version]!]!);
  }

  /** The same with other orders of the loose versions, in which the first `settled[k]` of them are total. */
  #with(writer: Int32Array, settled: Int32Array): Versions {
    return new Versions(this.reading, writer, settled, this.told, this);
  }

  /**
   * With the order that follows where a transaction may not overwrite unseen what it read: of all loose
   * versions the one comes first that was written by whoever read the last that is settled. If several read it, nothing follows.
   */
  chained(): Versions {
    const { reading, first, settled } = this;
    if (this.total) return this;
    const { readFrom, readKey, nodes, readFirst } = reading;
    // Of each key the successor of each writer, as read entries: who read it and is loose.
    const looseKey = (k: number): boolean => settled[k]! < first[k + 1]!;
    const successor = new Map<number, number>();
    const several = -1;
    const versionOf = this.#looseVersions();
    for (let node = 1; node < nodes; node++)
      for (let r = readFirst[node]!; r < readFirst[node + 1]!; r++) {
        const k = readKey[r]!;
        if (!looseKey(k)) continue;
        const own = versionOf(node, k);
        if (own === undefined || readFrom[r] === node) continue;
        const seen = this.versionRead[r]!;
        const other = successor.get(seen);
        successor.set(seen, other === undefined || other === own ? own : several);
      }
    const writer = this.writer.slice();
    const extended = settled.slice();
    for (let k = 0; k < settled.length; k++) {
      if (!looseKey(k)) continue;
      const chain: number[] = [];
      const inChain = new Set<number>();
      let version = settled[k]! - 1;
      for (;;) {
        const next = successor.get(version);
        if (next === undefined || next === several || inChain.has(next)) break;
        chain.push(next);
        inChain.add(next);
        version = next;
      }
      if (chain.length === 0) continue;
      let at = settled[k]!;
      for (const next of chain) writer[at++] = this.writer[next]!;
      extended[k] = at;
      for (let v = settled[k]!; v < first[k + 1]!; v++) if (!inChain.has(v)) writer[at++] = this.writer[v]!;
      if (extended[k] === first[k + 1]! - 1) extended[k] = first[k + 1]!;
    }
    return this.#with(writer, extended);
  }

  /** With the loose versions in the order of places of their writers. */
  guessed(place: Int32Array): Versions {
    const { first, settled } = this;
    if (this.total) return this;
    const writer = this.writer.slice();
    for (let k = 0; k < settled.length; k++)
      if (settled[k]! < first[k + 1]!)
        writer.subarray(settled[k], first[k + 1]).sort((a, b) => place[a]! - place[b]!);
    return this.#with(writer, first.slice(1));
  }

  /** The loose version of a key that a node wrote. */
  #looseVersions(): (node: number, key: number) => number | undefined {
    const { first, settled, writer, reading } = this;
    const versions = new Map<number, number>();
    for (let k = 0; k < settled.length; k++)
      for (let v = settled[k]!; v < first[k + 1]!; v++) versions.set(writer[v]! * settled.length + k, v);
    const keys = reading.ordered.length;
    return (node, key) => versions.get(node * keys + key);
  }

  /** Puts the entries of the versions that were loose before where these are now. */
  #placeLoose({ first, settled, writer: oldWriter }: Versions): void {
    const { writer, versionWritten, versionRead } = this;
    const { nodes, writeFirst, writeKey } = this.reading;
    const versionOf = new Int32Array(nodes);
    const moved = new Int32Array(writer.length);
    for (let k = 0; k < settled.length; k++) {
      for (let v = settled[k]!; v < first[k + 1]!; v++) {
        const node = writer[v]!;
        versionOf[node] = v;
        for (let w = writeFirst[node]!; w < writeFirst[node + 1]!; w++)
          if (writeKey[w] === k) versionWritten[w] = v;
      }
      for (let v = settled[k]!; v < first[k + 1]!; v++) moved[v] = versionOf[oldWriter[v]!]!;
    }
    for (let r = 0; r < versionRead.length; r++) {
      const version = versionRead[r]!;
      if (moved[version] !== 0) versionRead[r] = moved[version]!;
    }
  }

  /** Finds the version of each entry: key by key, with the version of each node at hand. */
  #place(): void {
    const { reading, first, writer } = this;
    const { nodes, writeFirst, writeKey, readFirst, readKey, readFrom } = reading;
    const versionOf = new Int32Array(nodes).fill(-1);
    const writes = entriesByKey(writeFirst, writeKey, first.length - 1);
    const reads = entriesByKey(readFirst, readKey, first.length - 1);
    for (let k = 0; k + 1 < first.length; k++) {
      for (let v = first[k]!; v < first[k + 1]!; v++) versionOf[writer[v]!] = v;
      for (let i = writes.first[k]!; i < writes.first[k + 1]!; i++)
        this.versionWritten[writes.entry[i]!] = versionOf[writes.node[i]!]!;
      for (let i = reads.first[k]!; i < reads.first[k + 1]!; i++) {
        const from = readFrom[reads.entry[i]!]!;
        const version = versionOf[from]!;
        if (version < first[k]! || version >= first[k + 1]!)
          throw new Error(
            `Read entry ${reads.entry[i]} is from node ${from}, which does not write key ${k}.`,
          );
        this.versionRead[reads.entry[i]!] = version;
      }
    }
    for (let k = 0; k + 1 < first.length; k++)
      if (writer[first[k]!] !== Initial) throw new Error("A key does not start with its initial version.");
  }
}

function keysOf({ writerFirst, writer }: Reading): Int32Array {
  const key = new Int32Array(writer.length);
  for (let k = 0; k + 1 < writerFirst.length; k++) key.fill(k, writerFirst[k], writerFirst[k + 1]);
  return key;
}

/** Entries and their nodes, those of each key together. */
function entriesByKey(
  entryFirst: Int32Array,
  entryKey: Int32Array,
  keys: number,
): { first: Int32Array; entry: Int32Array; node: Int32Array } {
  const first = new Int32Array(keys + 1);
  for (const key of entryKey) first[key + 1]!++;
  for (let k = 0; k < keys; k++) first[k + 1]! += first[k]!;
  const entry = new Int32Array(entryKey.length);
  const node = new Int32Array(entryKey.length);
  const next = first.slice(0, keys);
  for (let a = 0; a + 1 < entryFirst.length; a++)
    for (let e = entryFirst[a]!; e < entryFirst[a + 1]!; e++) {
      const at = next[entryKey[e]!]!++;
      entry[at] = e;
      node[at] = a;
    }
  return { first, entry, node };
}
