import { sameValue, type Json, type JsonObject } from "../../../../histories/json.ts";
import type { NodeId } from "../../../contracts/protocol.ts";
import { errorBody, errorCodes } from "../../errors.ts";

/** The state that the nodes agree on, one a key. */
export interface Register {
  /** Absent: never written. */
  readonly value?: Json;
  /**
   * For each proposer, the number of its last change that took effect: one entry a node at most. It lets
   * a proposer that lost a round see whether its change took effect all the same (see proposer.ts).
   */
  readonly applied: Readonly<Record<NodeId, number>>;
}

export const emptyRegister: Register = { applied: {} };

/** What a client wants done, in the words of Maelstrom's lin-kv. */
export type Command =
  | { readonly type: "read" }
  | { readonly type: "write"; readonly value: Json }
  | { readonly type: "cas"; readonly from: Json; readonly to: Json }
  /** Writes the value if there is none yet; the answer is the value that there is. */
  | { readonly type: "propose"; readonly value: Json };

/** A command of one proposer, numbered by it in growing numbers that are never used again. */
export interface Change {
  readonly command: Command;
  readonly proposer: NodeId;
  readonly number: number;
}

/** Whether `register` descends from a state in which `change` took effect. */
export function hasApplied(register: Register, change: Change): boolean {
  return (register.applied[change.proposer] ?? 0) >= change.number;
}

/**
 * The change function (CASPaxos §2.1): the register after `change` and the answer to its client. A change
 * that took effect before does so no second time, and its client hears of its success; one that has no
 * effect (a read, a cas that does not match) leaves the register as it is.
 */
export function applyChange(register: Register, change: Change): { register: Register; answer: JsonObject } {
  const { command } = change;
  if (command.type === "read") {
    return { register, answer: register.value === undefined ? missing : ok("read", register.value) };
  }
  // What is decided stays: it needs no note of whose proposal it was.
  if (command.type === "propose") {
    const { value = command.value } = register;
    return { register: { value, applied: {} }, answer: ok("propose", value) };
  }
  if (hasApplied(register, change)) return { register, answer: ok(command.type) };
  if (command.type === "write") {
    return { register: written(register, change, command.value), answer: ok("write") };
  }
  if (register.value === undefined) return { register, answer: missing };
  if (!sameValue(register.value, command.from)) {
    const text = `expected ${JSON.stringify(command.from)}, found ${JSON.stringify(register.value)}`;
    return { register, answer: errorBody(errorCodes.preconditionFailed, text) };
  }
  return { register: written(register, change, command.to), answer: ok("cas") };
}

function written(register: Register, { proposer, number }: Change, value: Json): Register {
  return { value, applied: { ...register.applied, [proposer]: number } };
}

const missing = errorBody(errorCodes.keyDoesNotExist, "the key was never written");

function ok(request: Command["type"], value?: Json): JsonObject {
  return value === undefined ? { type: `${request}_ok` } : { type: `${request}_ok`, value };
}
