import { isJsonObject, type Json } from "../../../histories/json.ts";
import { commandFrom, type Command } from "./command.ts";

/**
 * A command with its name: what stands in a replicated log, once or several times, and is executed once. The
 * name is (origin, life, number); an origin numbers its operations from 1 on in each of its lives.
 */
export type Operation = {
  /** Who asked for it: the node that a client asked, or the client. */
  readonly origin: string;
  /** How often the origin had started; a later life ends all earlier ones. */
  readonly life: number;
  readonly number: number;
  /** All operations of this life below this number are answered or given up: nobody will ask for them again. */
  readonly settled: number;
  readonly command: Command;
};

/** The operation that `json` is; undefined when it is none. */
export function operationFrom(json: Json | undefined): Operation | undefined {
  if (!isJsonObject(json)) return undefined;
  const { origin, life, number, settled } = json;
  const command = commandFrom(json["command"]);
  if (typeof origin !== "string" || command === undefined) return undefined;
  if (!isCount(life) || !isCount(number) || !isCount(settled)) return undefined;
  return { origin, life, number, settled, command };
}

/** Whether two operations are the same one. */
export function sameOperation(a: Operation, b: Operation): boolean {
  return a.origin === b.origin && a.life === b.life && a.number === b.number;
}

export function isCount(json: Json | undefined): json is number {
  return typeof json === "number" && Number.isSafeInteger(json) && json >= 0;
}
