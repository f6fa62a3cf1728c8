import type { Json } from "../../../histories/json.ts";
import type { Invocation } from "../../contracts/client.ts";
import type { Store, Transaction } from "./store.ts";

/**
 * What a client's operation does. What stands between two `yield`s happens at once; at each, everybody else may act. `"commit"`
 * ends a transaction and begins another. Returns the operation's result; throws a `Refusal` to roll back.
 */
export type Program = Generator<"step" | "commit", Json, void>;

export interface Operation {
  /** Whether its transactions write nothing. */
  readonly readOnly: boolean;
  program(access: Access): Program;
}

/** The transaction that a program is in at the moment. */
export interface Access {
  /** The value of a key; null if it is not there. */
  read(key: string): Json;
  /** The keys that are there and begin with `prefix`, with their values. */
  scan(prefix: string): readonly (readonly [key: string, value: Json])[];
  set(key: string, value: Json): void;
  append(key: string, element: Json): void;
}

/** Why a program rolls back. */
export class Refusal extends Error {}

/** A store as the present transaction of a program sees it. */
export function accessTo(store: Store, transaction: () => Transaction): Access {
  return {
    read: (key) => store.read(transaction(), key),
    scan: (prefix) => store.scan(transaction(), prefix),
    set: (key, value) => store.set(transaction(), key, value),
    append: (key, element) => store.append(transaction(), key, element),
  };
}

/** An operation that is not of the workload. */
export function unfit({ f, key, value }: Invocation, expected: string): TypeError {
  const about = key === undefined ? "" : ` of key ${JSON.stringify(key)}`;
  return new TypeError(`expected ${expected}, found ${f}${about} with ${JSON.stringify(value)}`);
}
