import { HistoryBuilder } from "../../builder.ts";
import type { History, HistoryHeader } from "../../history.ts";
import type { Json, JsonObject } from "../../json.ts";
import { ValueArena } from "../value-arena.ts";
import { initialTransactions } from "./initial-transaction.ts";
import { MicroOperations } from "./micro-operations.ts";
import { Sessions } from "./sessions.ts";

/**
 * Gathers the transactions of a tool that records sessions and what each transaction did, but not when: a
 * history of completions only, in which each session is a process, in its order. The transaction's value is
 * the array of its micro-operations, which the caller writes into `operations` and ends with `flush`.
 */
export class TransactionHistory {
  readonly operations = new MicroOperations();
  readonly sessions = new Sessions();
  readonly #values = new ValueArena();
  #count = 0;
  #session = new Int32Array(1024);
  #type = new Uint8Array(1024);
  /** Transaction of each value; nearly always one value a transaction, in their order. */
  #owner = new Int32Array(1024);
  #scattered = false;
  readonly #extras = new Map<number, JsonObject>();
  readonly #notes: string[] = [];
  /** Transactions that wrote initial values and did nothing else. */
  readonly #initialWrites: number[] = [];

  /** How many transactions there are; the number of the next. */
  get count(): number {
    return this.#count;
  }

  /** A new transaction of a session (its dense number), with the code of its outcome. Returns its number. */
  begin(session: number, type: number): number {
    const transaction = this.#count++;
    if (transaction === this.#session.length) {
      this.#session = enlarged(this.#session, new Int32Array(2 * transaction));
      this.#type = enlarged(this.#type, new Uint8Array(2 * transaction));
    }
    this.#session[transaction] = session;
    this.#type[transaction] = type;
    return transaction;
  }

  /** The outcome of a transaction, where its end tells it. */
  outcome(transaction: number, type: number): void {
    this.#type[transaction] = type;
  }

  /**
   * The micro-operations written since the last `flush` are the next ones of this transaction. `setUp` says
   * that they write initial values and nothing else; `operations` are others, written elsewhere.
   */
  flush(transaction: number, setUp = false, operations: MicroOperations = this.operations): void {
    operations.end();
    this.#own(transaction);
    this.#values.append(operations.text, 0, operations.length);
    if (setUp && operations.count > 0) this.#initialWrites.push(transaction);
    operations.clear();
  }

  /** The same with micro-operations that are at hand as a value. */
  flushValue(transaction: number, operations: Json): void {
    this.#own(transaction);
    this.#values.appendJson(operations);
  }

  extra(transaction: number, extra: JsonObject): void {
    this.#extras.set(transaction, extra);
  }

  note(note: string): void {
    if (!this.#notes.includes(note)) this.#notes.push(note);
  }

  build(header: HistoryHeader = {}): History {
    let values = this.#scattered ? this.#gathered() : this.#values;
    const builder = new HistoryBuilder(header, true);
    const { processes, note } = this.sessions.processes();
    const left = initialTransactions(
      values,
      this.#session.subarray(0, this.#count),
      new Set(this.#initialWrites),
    );
    const f = builder.functions.number("txn");
    const kept = new Int32Array(this.#count - left.size);
    for (let transaction = 0; transaction < this.#count; transaction++) {
      if (left.has(transaction)) continue;
      const process = processes[this.#session[transaction]!]!;
      const index = builder.push(this.#type[transaction]!, process, 0, f, -1, -1);
      kept[index] = transaction;
      const extra = this.#extras.get(transaction);
      if (extra !== undefined) builder.extra(index, extra);
    }
    if (left.size > 0) {
      values = values.rearranged(kept);
      builder.note(
        "A transaction that gave the keys their initial values is taken for the initial one: it comes before everything.",
      );
    }
    if (this.#count > 0)
      builder.note("The file tells sessions, but no times: nothing is known of the order between sessions.");
    if (note !== undefined) builder.note(note);
    for (const each of this.#notes) builder.note(each);
    return builder.build(values);
  }

  /** The next value is of this transaction. */
  #own(transaction: number): void {
    const index = this.#values.length;
    if (index === this.#owner.length) this.#owner = enlarged(this.#owner, new Int32Array(2 * index));
    this.#owner[index] = transaction;
    if (transaction !== index) this.#scattered = true;
  }

  /** One value a transaction, where the parts of some were apart. */
  #gathered(): ValueArena {
    const values = this.#values;
    const parts = values.length;
    const valueOf = new Int32Array(this.#count).fill(-1);
    const several = new Map<number, number[]>();
    for (let part = 0; part < parts; part++) {
      const owner = this.#owner[part]!;
      if (valueOf[owner] === -1) valueOf[owner] = part;
      else {
        const list = several.get(owner);
        if (list === undefined) several.set(owner, [valueOf[owner]!, part]);
        else list.push(part);
      }
    }
    for (const [owner, list] of several) {
      const texts = list.map((part) => values.text(part).slice(1, -1)).filter((text) => text !== "");
      valueOf[owner] = values.length;
      const text = Buffer.from(`[${texts.join(",")}]`);
      values.append(text, 0, text.length);
    }
    return values.rearranged(valueOf);
  }
}

function enlarged<Column extends { set(from: Column): void }>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
