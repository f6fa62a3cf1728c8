/**
 * The deterministic state machine that logs replicate (Schneider, "Implementing fault-tolerant services using
 * the state machine approach", 1990): a key-value store, and a client table that makes every operation take
 * effect once however often it stands in the log.
 */
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../../histories/json.ts";
import { admission, copyTable, enter, withTable, type ClientTable } from "./client-table.ts";
import { isReadOnly, type Command } from "./command.ts";
import { digestText } from "./digest.ts";
import { emptyStore, execute, storeOf, type KeyValueStore } from "./key-value-store.ts";
import { isCount, type Operation } from "./operation.ts";

export interface StateMachine {
  /** Slots of the log that were applied so far. */
  position: number;
  store: KeyValueStore;
  clients: ClientTable;
}

/** A state machine as it was at one position. */
export type Snapshot = {
  readonly position: number;
  readonly values: Readonly<Record<string, Json>>;
  readonly messages: readonly Json[];
  readonly clients: Readonly<ClientTable>;
};

export function newStateMachine(): StateMachine {
  return { position: 0, store: emptyStore(), clients: {} };
}

/**
 * Applies the next slot of the log; null for a slot without an operation. Gives the answer to the operation,
 * that of its first time if it was applied before; undefined when nobody waits for one.
 */
export function apply(
  machine: StateMachine,
  operation: Operation | null,
  admits = admission,
): JsonObject | undefined {
  machine.position++;
  if (operation === null) return undefined;
  const admitted = admits(machine.clients, operation);
  if (admitted.kind === "stale") return undefined;
  if (admitted.kind === "done") return admitted.answer;
  const answer = execute(machine.store, operation.command);
  machine.store.digest = enter(machine.clients, operation, answer, machine.store.digest);
  return answer;
}

/** Applies the next slot of the log however often its operation was applied before: what a client table prevents. */
export function applyAgain(machine: StateMachine, operation: Operation | null): JsonObject | undefined {
  machine.position++;
  return operation === null ? undefined : execute(machine.store, operation.command);
}

/** What a command that changes nothing is answered now. */
export function read(machine: StateMachine, command: Command): JsonObject {
  if (!isReadOnly(command)) throw new TypeError(`${command.type} is more than a read`);
  return execute(machine.store, command);
}

/** What was answered to an operation that may have been applied, or have come in a snapshot. */
export function answerTo(machine: StateMachine, operation: Operation): JsonObject | undefined {
  const admitted = admission(machine.clients, operation);
  return admitted.kind === "done" ? admitted.answer : undefined;
}

/** A digest of all that is replicated: two machines at one position that differ have different ones. */
export function digestOf(machine: StateMachine): string {
  return digestText(machine.store.digest);
}

/** A copy that the machine's later steps do not touch. */
export function takeSnapshot({ position, store, clients }: StateMachine): Snapshot {
  return {
    position,
    values: { ...store.values },
    messages: [...store.messages],
    clients: copyTable(clients),
  };
}

/** The machine of which the snapshot was taken. */
export function fromSnapshot({ position, values, messages, clients }: Snapshot): StateMachine {
  const store = storeOf(values, messages);
  store.digest = withTable(store.digest, clients);
  return { position, store, clients: copyTable(clients) };
}

/** The snapshot that `json` is; undefined when it is none. */
export function snapshotFrom(json: Json | undefined): Snapshot | undefined {
  if (!isJsonObject(json)) return undefined;
  const { position, values, messages } = json;
  if (!isCount(position) || !isJsonObject(values) || !isJsonArray(messages)) return undefined;
  const clients = clientTableFrom(json["clients"]);
  return clients === undefined ? undefined : { position, values, messages, clients };
}

function clientTableFrom(json: Json | undefined): ClientTable | undefined {
  if (!isJsonObject(json)) return undefined;
  const table: ClientTable = {};
  for (const [origin, session] of Object.entries(json)) {
    if (!isJsonObject(session)) return undefined;
    const { life, settled, answers } = session;
    if (!isCount(life) || !isCount(settled) || !isJsonObject(answers)) return undefined;
    const copied: Record<string, JsonObject> = {};
    for (const [number, answer] of Object.entries(answers)) {
      if (!isJsonObject(answer)) return undefined;
      copied[number] = answer;
    }
    table[origin] = { life, settled, answers: copied };
  }
  return table;
}
