import type { History } from "../../history.ts";
import { canonical, isJsonArray, type Json } from "../../json.ts";
import { Ok } from "../../operation.ts";
import { TransactionHistory } from "./transaction-history.ts";

/** What a micro-operation of Viper says. */
export type ViperOperation =
  | { readonly kind: "read"; readonly key: Json; readonly value: Json }
  | { readonly kind: "write"; readonly key: Json; readonly value: Json; readonly success: boolean }
  | { readonly kind: "append"; readonly key: Json; readonly value: Json }
  | { readonly kind: "replace"; readonly key: Json; readonly value: Json; readonly read: Json; readonly success: boolean }
  | { readonly kind: "range"; readonly from: Json; readonly to: Json; readonly found: readonly (readonly [Json, Json])[] }; // prettier-ignore

interface ViperTransaction {
  readonly session: number;
  readonly operations: readonly ViperOperation[];
}

/** What is known of one key. */
interface Key {
  readonly key: Json;
  /** Values written to it, and values whose writes had no success, as canonical texts. */
  readonly written: Set<string>;
  readonly failed: Set<string>;
  /** Values that were read, null apart, though nobody wrote them. */
  readonly unwritten: Set<string>;
}

/**
 * The transactions of Viper's logs. What its checker takes for granted becomes explicit here:
 *
 * - A value that nobody wrote was there before the first transaction. Since a key has one initial value only, that is
 *   null or 0 where it was read, else the value that was read, if there is no more than one; so it becomes null.
 *   Any other stays, as a value that was never written.
 * - A range query read nothing of every key in its range that it did not return.
 * - A transaction marked `isInitial` is the initial one.
 */
export class ViperHistory {
  readonly #history = new TransactionHistory();
  readonly #transactions: ViperTransaction[] = [];
  readonly #keys = new Map<string, Key>();
  /** Initial values that a transaction marked so wrote, by key. */
  readonly #initial = new Map<string, string>();
  #ranges = false;

  /** The dense number of a session. */
  session(name: number | string): number {
    return this.#history.sessions.number(name);
  }

  add(session: number, initial: boolean, operations: readonly ViperOperation[]): void {
    if (initial) {
      for (const operation of operations)
        if (operation.kind === "write")
          this.#initial.set(canonical(operation.key), canonical(operation.value));
      return;
    }
    this.#transactions.push({ session, operations });
    for (const operation of operations) {
      if (operation.kind === "range") this.#ranges = true;
      else if (operation.kind === "write" || operation.kind === "replace") {
        const { written, failed } = this.#key(operation.key);
        (operation.success ? written : failed).add(canonical(operation.value));
      }
    }
  }

  build(): History {
    for (const { operations } of this.#transactions) {
      for (const operation of operations) {
        if (operation.kind === "read") this.#notice(operation.key, operation.value);
        else if (operation.kind === "replace") this.#notice(operation.key, operation.read);
        else if (operation.kind === "range")
          for (const [key, value] of operation.found) this.#notice(key, value);
      }
    }
    const initial = new Map<string, string>();
    for (const [text, key] of this.#keys) {
      const value = this.#initial.get(text) ?? initialValue(key);
      if (value !== undefined) initial.set(text, value);
    }
    if (initial.size > 0)
      this.#history.note("Values that nobody wrote are taken for initial ones: at most one of each key.");
    const ordered = this.#ranges ? this.#orderedKeys() : [];
    for (const { session, operations } of this.#transactions) {
      const micro = operations.flatMap((operation) => microOperations(operation, initial, ordered));
      this.#history.flushValue(this.#history.begin(session, Ok), micro);
    }
    return this.#history.build();
  }

  #key(key: Json): Key {
    const text = canonical(key);
    let known = this.#keys.get(text);
    if (known === undefined) {
      known = { key, written: new Set(), failed: new Set(), unwritten: new Set() };
      this.#keys.set(text, known);
    }
    return known;
  }

  #notice(key: Json, value: Json): void {
    if (isJsonArray(value)) return;
    const { written, failed, unwritten } = this.#key(key);
    const text = canonical(value);
    if (!written.has(text) && !failed.has(text)) unwritten.add(text);
  }

  /** Keys that are numbers and were written, in order. */
  #orderedKeys(): number[] {
    const numbers: number[] = [];
    for (const { key, written } of this.#keys.values())
      if (typeof key === "number" && written.size > 0) numbers.push(key);
    return numbers.toSorted((a, b) => a - b);
  }
}

/** The value, apart from null, that was there before anybody wrote. */
function initialValue({ unwritten }: Key): string | undefined {
  if (unwritten.has("0")) return "0";
  const [only, ...others] = unwritten;
  return others.length > 0 || only === "null" ? undefined : only;
}

function microOperations(
  operation: ViperOperation,
  initial: ReadonlyMap<string, string>,
  ordered: readonly number[],
): Json[] {
  const seen = (key: Json, value: Json): Json =>
    value !== null && initial.get(canonical(key)) === canonical(value) ? null : value;
  switch (operation.kind) {
    case "read":
      return [["r", operation.key, seen(operation.key, operation.value)]];
    case "write":
      return operation.success ? [["w", operation.key, seen(operation.key, operation.value)]] : [];
    case "append":
      return [["append", operation.key, operation.value]];
    case "replace":
      return [
        ["r", operation.key, seen(operation.key, operation.read)],
        ...(operation.success ? [["w", operation.key, seen(operation.key, operation.value)]] : []),
      ];
    case "range": {
      const { from, to, found } = operation;
      const returned = new Set(found.map(([key]) => canonical(key)));
      const absent = ordered.filter(
        (key) =>
          (typeof from !== "number" || key >= from) &&
          (typeof to !== "number" || key <= to) &&
          !returned.has(canonical(key)),
      );
      return [
        ...found.map(([key, value]): Json => ["r", key, seen(key, value)]),
        ...absent.map((key): Json => ["r", key, null]),
      ];
    }
  }
}
