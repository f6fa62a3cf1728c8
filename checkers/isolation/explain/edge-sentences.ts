import { precedes } from "../cycles/versions.ts";
import { reads } from "../cycles/verify.ts";
import type { Edge } from "../decision.ts";
import type { ShownEdge } from "../evidence.ts";
import { Initial, type Reading } from "../reading.ts";
import { Append, ReadList, Unread } from "../transactions.ts";
import { InitialTransaction, TransactionTexts } from "./transaction-text.ts";

/** Why one transaction came before another, and the micro-operations that show it. */
export interface EdgeProof {
  readonly sentence: string;
  readonly operations: readonly number[];
}

/** Reasons within reasons are told so deep; the proof itself may go deeper. */
const DeepestReasons = 6;

/** Tells why edges are there, in plain words. */
export class EdgeSentences {
  readonly reading: Reading;
  readonly texts: TransactionTexts;

  constructor(reading: Reading, texts: TransactionTexts) {
    this.reading = reading;
    this.texts = texts;
  }

  name(node: number): string {
    return this.texts.name(this.transaction(node));
  }

  transaction(node: number): number {
    return node === Initial ? InitialTransaction : this.reading.transaction[node]!;
  }

  prove(edge: Edge): EdgeProof {
    switch (edge.kind) {
      case "so":
        return this.#session(edge);
      case "rt":
        return this.#realTime(edge);
      case "wr":
      case "wrp":
        return this.#read(edge);
      case "rw":
      case "rwp":
        return this.#overwritten(edge);
      case "ww":
      case "wwp":
        return this.#versions(edge);
    }
  }

  /** An edge as evidence shows it, with its reasons. */
  shown(edge: Edge, deep = 0): ShownEdge {
    const { sentence, operations } = this.prove(edge);
    const reasons = edge.because ?? [];
    return {
      from: this.texts.operation(this.transaction(edge.from)),
      to: this.texts.operation(this.transaction(edge.to)),
      kind: edge.kind,
      ...(edge.key < 0 ? {} : { key: this.texts.key(edge.key) }),
      because: sentence,
      operations: this.#events(operations),
      ...(reasons.length === 0 || deep >= DeepestReasons
        ? {}
        : { reasons: reasons.map((reason) => this.shown(reason, deep + 1)) }),
    };
  }

  /** Events that show micro-operations: the completions of their transactions, where results stand. */
  #events(operations: readonly number[]): number[] {
    const { transactions } = this.reading;
    const events = operations.map((operation) => {
      const t = transactionOf(transactions.first, operation);
      const completion = transactions.history.completion(transactions.begin[t]!);
      return completion < 0 ? transactions.begin[t]! : completion;
    });
    return [...new Set(events)].toSorted((a, b) => a - b);
  }

  #session({ from, to }: Edge): EdgeProof {
    if (from === Initial) return { sentence: "everything comes after the initial state", operations: [] };
    const { transactions } = this.reading;
    const process = transactions.history.processOf(transactions.begin[this.transaction(from)]!);
    return {
      sentence: `process ${process} ran ${this.name(from)} before ${this.name(to)}`,
      operations: [],
    };
  }

  #realTime({ from, to }: Edge): EdgeProof {
    if (from === Initial) return { sentence: "everything comes after the initial state", operations: [] };
    const { transactions, end, begin } = this.reading;
    const { time } = transactions.history.columns;
    const gap = (time[begin[to]!]! - time[end[from]!]!) / 1e6;
    const long =
      gap >= 0.001 ? `, ${gap >= 10 ? Math.round(gap) : Number(gap.toPrecision(2))} ms earlier` : "";
    return {
      sentence: `${this.name(from)} was over before ${this.name(to)} began${long}`,
      operations: [],
    };
  }

  #read({ from, to, key, because }: Edge): EdgeProof {
    const entries = reads(this.reading, to, key);
    const read = entries.find(({ writer }) => writer === from) ?? entries.find(({ writer }) => writer < 0);
    const write = this.#write(from, key);
    if (read === undefined)
      return { sentence: `${this.name(to)} saw what ${this.name(from)} wrote`, operations: [] };
    const { kind } = this.reading.transactions;
    const whose =
      write === undefined
        ? "as it was in the beginning"
        : kind[read.operation] === ReadList
          ? this.#lastOf(read.operation, from)
          : `which ${this.name(from)} wrote`;
    const only = (because?.length ?? 0) > 0 ? ", and no other who wrote the same can have been meant" : "";
    return {
      sentence: `${this.name(to)} ${this.texts.did(read.operation)}, ${whose}${only}`,
      operations: write === undefined ? [read.operation] : [write, read.operation],
    };
  }

  /** Who appended the last element: the one who is said to, unless another did whose last one it is. */
  #lastOf(operation: number, from: number): string {
    const last = this.texts.listNumbers(operation)?.at(-1);
    const { transactions, writerFirst, writer } = this.reading;
    const key = transactions.key[operation]!;
    const some = writer.subarray(writerFirst[key]! + 1, writerFirst[key + 1]);
    for (const node of last === undefined ? [] : [from, ...some]) {
      const write = this.#write(node, key);
      if (write !== undefined && transactions.value[write] === last)
        return `of which ${this.name(node)} appended the last`;
    }
    return "which was appended";
  }

  #overwritten({ from, to, key, because }: Edge): EdgeProof {
    const entries = reads(this.reading, from, key).filter(({ writer }) => writer !== to);
    const read =
      entries.find(({ writer }) => writer >= 0 && precedes(this.reading, key, writer, to) === true) ??
      entries[0];
    const write = this.#write(to, key);
    if (read === undefined || write === undefined)
      return { sentence: `${this.name(from)} missed what ${this.name(to)} wrote`, operations: [] };
    const { kind } = this.reading.transactions;
    const operations = [read.operation, write];
    const saw = `${this.name(from)} ${this.texts.did(read.operation)}`;
    if (kind[write] === Append && kind[read.operation] === ReadList)
      return {
        sentence: `${saw}, without the ${this.texts.valueText(write)} that ${this.name(to)} appended`,
        operations,
      };
    if (this.reading.transactions.value[read.operation] === Unread)
      return { sentence: `${saw}, and ${this.name(to)} ${this.texts.did(write)}`, operations };
    if (read.writer === Initial)
      return {
        sentence: `${saw}, its initial value, which ${this.name(to)} replaced by ${this.texts.valueText(write)}`,
        operations,
      };
    const source = read.writer < 0 ? undefined : this.#write(read.writer, key);
    const whose = source === undefined ? "" : ` (written by ${this.name(read.writer)})`;
    const before = (because ?? []).find(({ kind: why }) => why === "ww");
    const why = before === undefined ? "" : `, since ${this.prove(before).sentence}`;
    return {
      sentence: `${saw}${whose}, which ${this.name(to)} replaced by ${this.texts.valueText(write)}${why}`,
      operations: source === undefined ? operations : [source, ...operations],
    };
  }

  #versions({ from, to, key, because }: Edge): EdgeProof {
    const earlier = this.#write(from, key);
    const later = this.#write(to, key);
    if (earlier === undefined || later === undefined)
      return { sentence: `${this.name(from)} wrote before ${this.name(to)}`, operations: [] };
    const operations = [earlier, later];
    const { transactions } = this.reading;
    const order = `${this.name(to)} ${this.texts.did(later)} after ${this.name(from)} ${this.#shortly(earlier)}`;
    if (because !== undefined && because.length > 0) {
      return {
        sentence: `${order}${this.#contrary({ from, to, key }, because)}`,
        operations,
      };
    }
    const versions = [transactions.version?.[earlier] ?? -1, transactions.version?.[later] ?? -1];
    if (versions.every((version) => version >= 0))
      return {
        sentence: `${order}, as version ${versions[1]} after version ${versions[0]}`,
        operations,
      };
    if (transactions.kind[later] !== Append) {
      const known = reads(this.reading, to, key).find(({ writer }) => writer === from);
      return known === undefined
        ? { sentence: order, operations }
        : {
            sentence: `${this.name(to)} ${this.texts.did(known.operation)}, which ${this.name(from)} wrote, and ${this.texts.did(later)}`,
            operations,
          };
    }
    const witness = this.#witness(key, earlier, later);
    if (witness === undefined) return { sentence: order, operations };
    const reader = this.texts.name(transactionOf(transactions.first, witness.operation));
    return {
      sentence: witness.both
        ? `${order}, as ${reader} saw when it ${this.texts.did(witness.operation)}`
        : `${order}, which is missing where ${reader} ${this.texts.did(witness.operation)}`,
      operations: [...operations, witness.operation],
    };
  }

  /** Why an inferred order cannot be the other way round: somebody read the later version who came after the earlier one. */
  #contrary({ from, to, key }: Pick<Edge, "from" | "to" | "key">, because: readonly Edge[]): string {
    const reader = because
      .flatMap((edge) => [edge.to, edge.from])
      .find((node) => node !== from && reads(this.reading, node, key).some(({ writer }) => writer === to));
    const path = because.filter(
      (edge) => !(edge.kind === "wr" && edge.key === key && edge.from === to && edge.to === reader),
    );
    const all = reader === undefined ? because : path;
    const told = all.slice(0, 3).map((edge) => this.prove({ ...edge, because: [] }).sentence);
    const reasons = `${told.join("; ")}${all.length > 3 ? "; …" : ""}`;
    return reader === undefined || path.length === 0
      ? `, since the other way round there would be a circle (${reasons})`
      : `: else ${this.name(from)} would have replaced what ${this.name(reader)} read of ${this.texts.keyText(key)}, although ${this.name(from)} came before ${this.name(reader)} (${reasons})`;
  }

  #shortly(operation: number): string {
    const { kind } = this.reading.transactions;
    return `${kind[operation] === Append ? "appended" : "wrote"} ${this.texts.valueText(operation)}`;
  }

  /** The final write of a node to a key. */
  #write(node: number, key: number): number | undefined {
    return node === Initial ? undefined : finalWrite(this.reading, node, key);
  }

  /** A read whose list has both elements, or one that has the earlier alone; of a committed transaction. */
  #witness(
    key: number,
    earlier: number,
    later: number,
  ): { readonly operation: number; readonly both: boolean } | undefined {
    const { transactions, readFirst, readKey, readOperation, nodes } = this.reading;
    const { value, traceFirst, traceElement } = transactions;
    const trace = traceElement.subarray(traceFirst[key], traceFirst[key + 1]);
    const low = trace.indexOf(value[earlier]!);
    const high = trace.indexOf(value[later]!);
    if (low < 0) return undefined;
    let alone: number | undefined;
    for (let entry = 0; entry < readFirst[nodes]!; entry++) {
      if (readKey[entry] !== key) continue;
      const operation = readOperation[entry]!;
      const length = value[operation]!;
      if (length < 0) continue;
      if (high >= 0 && length > high) return { operation, both: true };
      if (length > low && (alone === undefined || length > value[alone]!)) alone = operation;
    }
    return alone === undefined || high >= 0 ? undefined : { operation: alone, both: false };
  }
}

/** The last operation of a node that wrote a key. */
export function finalWrite(reading: Reading, node: number, key: number): number | undefined {
  const { writeFirst, writeKey, writeOperation } = reading;
  for (let w = writeFirst[node]!; w < writeFirst[node + 1]!; w++)
    if (writeKey[w] === key) return writeOperation[w];
  return undefined;
}

/** The transaction that a micro-operation is of, by halving. */
export function transactionOf(first: Int32Array, operation: number): number {
  let low = 0;
  let high = first.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (first[middle]! <= operation) low = middle;
    else high = middle - 1;
  }
  return low;
}
