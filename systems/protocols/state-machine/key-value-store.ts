import { canonical, isJsonArray, sameValue, type Json, type JsonObject } from "../../../histories/json.ts";
import { errorBody, errorCodes } from "../errors.ts";
import type { Command, MicroOperation } from "./command.ts";
import { emptyDigest, excluding, including, type Digest } from "./digest.ts";

/**
 * The state that nodes replicate: registers and lists by key, and the messages that were broadcast. Values
 * are replaced, never changed, so that they may be shared; of messages there only ever are more.
 */
export interface KeyValueStore {
  /** By the canonical text of the key; a key that was never written is absent. */
  values: Record<string, Json>;
  messages: Json[];
  /** Of all of the above. */
  digest: Digest;
}

export function emptyStore(): KeyValueStore {
  return { values: {}, messages: [], digest: emptyDigest };
}

/** Carries out a command, whole or not at all; the answer for its client. The same in, the same out, everywhere. */
export function execute(store: KeyValueStore, command: Command): JsonObject {
  switch (command.type) {
    case "read": {
      if (command.key === undefined) return { type: "read_ok", messages: [...store.messages] };
      const value = store.values[canonical(command.key)];
      return value === undefined ? neverWritten : { type: "read_ok", value };
    }
    case "write":
      put(store, canonical(command.key), command.value);
      return { type: "write_ok" };
    case "cas":
      return compareAndSet(store, canonical(command.key), command.from, command.to);
    case "txn":
      return transact(store, command.txn);
    case "broadcast":
      store.digest = including(
        store.digest,
        `message ${store.messages.length} ${canonical(command.message)}`,
      );
      store.messages.push(command.message);
      return { type: "broadcast_ok" };
  }
}

/** A store with these contents. */
export function storeOf(values: Readonly<Record<string, Json>>, messages: readonly Json[]): KeyValueStore {
  const store = emptyStore();
  for (const [key, value] of Object.entries(values)) put(store, key, value);
  for (const message of messages) execute(store, { type: "broadcast", message });
  return store;
}

function compareAndSet(store: KeyValueStore, key: string, from: Json, to: Json): JsonObject {
  const value = store.values[key];
  if (value === undefined) return neverWritten;
  if (!sameValue(value, from)) {
    const text = `expected ${JSON.stringify(from)}, found ${JSON.stringify(value)}`;
    return errorBody(errorCodes.preconditionFailed, text);
  }
  put(store, key, to);
  return { type: "cas_ok" };
}

/** A transaction reads its own writes; one that appends to what is no list changes nothing. */
function transact(store: KeyValueStore, txn: readonly MicroOperation[]): JsonObject {
  const written: Record<string, Json> = {};
  const answer: MicroOperation[] = [];
  for (const [f, on, argument] of txn) {
    const key = canonical(on);
    const value = written[key] ?? store.values[key];
    if (f === "r") {
      answer.push([f, on, value ?? null]);
      continue;
    }
    if (f === "w") written[key] = argument;
    else if (value === undefined) written[key] = [argument];
    else if (isJsonArray(value)) written[key] = [...value, argument];
    else return errorBody(errorCodes.preconditionFailed, `append to ${key}, which is no list`);
    answer.push([f, on, argument]);
  }
  for (const [key, value] of Object.entries(written)) put(store, key, value);
  return { type: "txn_ok", txn: answer };
}

function put(store: KeyValueStore, key: string, value: Json): void {
  const old = store.values[key];
  if (old !== undefined) store.digest = excluding(store.digest, member(key, old));
  store.values[key] = value;
  store.digest = including(store.digest, member(key, value));
}

function member(key: string, value: Json): string {
  return `value ${key} ${canonical(value)}`;
}

const neverWritten = errorBody(errorCodes.keyDoesNotExist, "the key was never written");
