import { canonical, isJsonArray, type Json } from "../../../histories/json.ts";
import type { Invocation } from "../../contracts/client.ts";
import { Refusal, unfit, type Access, type Operation } from "./program.ts";

/** What a micro-operation `[f, subject, argument]` gives; undefined for one that is unknown. */
type MicroOperation = (access: Access, f: Json, subject: Json, argument: Json) => Json | undefined;

const rows = "row/";

/** What was deleted: it was there, and will not be again. */
const dead = "dead";

/** Transactions over registers and lists. */
export const onKeys = transactionOf((access, f, subject, argument) => {
  const key = rows + canonical(subject);
  switch (f) {
    case "r":
      return [f, subject, access.read(key)];
    case "w":
      access.set(key, argument);
      return [f, subject, argument];
    case "append":
      access.append(key, argument);
      return [f, subject, argument];
    default:
      return undefined;
  }
});

/** Transactions over rows that come and go, read one by one or by predicate. */
export const onRows = transactionOf((access, f, subject, argument) => {
  if (f === "rp") {
    const matches = predicateOf(subject);
    if (matches === undefined) return undefined;
    const found = access.scan(rows).filter(([, value]) => value !== dead && matches(value));
    return [f, subject, Object.fromEntries(found.map(([key, value]) => [key.slice(rows.length), value]))];
  }
  const key = rows + canonical(subject);
  const there = access.read(key);
  switch (f) {
    case "r":
      return [f, subject, there === dead ? null : there];
    case "insert":
      if (there !== null) throw new Refusal(`row ${canonical(subject)} was there before`);
      access.set(key, argument);
      return [f, subject, argument];
    case "w":
      if (there === null || there === dead) throw new Refusal(`row ${canonical(subject)} is not there`);
      access.set(key, argument);
      return [f, subject, argument];
    case "delete":
      if (there === null || there === dead) throw new Refusal(`row ${canonical(subject)} is not there`);
      access.set(key, dead);
      return [f, subject];
    default:
      return undefined;
  }
});

/** The transactions of which `perform` does the micro-operations. */
function transactionOf(perform: MicroOperation): (invocation: Invocation) => Operation {
  return (invocation) => {
    const { value } = invocation;
    if (!isJsonArray(value)) throw unfit(invocation, "[[f, key, value], …]");
    return {
      readOnly: value.every((each) => isJsonArray(each) && (each[0] === "r" || each[0] === "rp")),
      *program(access) {
        const done: Json[] = [];
        for (const each of value) {
          yield "step";
          const [f = null, subject = null, argument = null] = isJsonArray(each) ? each : [];
          const result = perform(access, f, subject, argument);
          if (result === undefined) throw unfit(invocation, "micro-operations of the workload");
          done.push(result);
        }
        return done;
      },
    };
  };
}

/** "true", ["=", value] or ["mod", divisor, remainder]. */
function predicateOf(predicate: Json): ((value: Json) => boolean) | undefined {
  if (predicate === "true") return () => true;
  const [name = null, first = null, second = null] = isJsonArray(predicate) ? predicate : [];
  if (name === "=") return (value) => value === first;
  if (name !== "mod" || typeof first !== "number") return undefined;
  return (value) => typeof value === "number" && value % first === second;
}

/** Inserts {key: value, …} before all else; rolls back if there are rows. */
export function insertFirst(invocation: Invocation): Operation {
  return insertAll(invocation, rows, () => {
    throw new Refusal("there are rows already");
  });
}

/** Inserts {key: value, …} under a prefix in one transaction; does something else if there are keys with the prefix. */
export function insertAll(invocation: Invocation, prefix: string, ifAny: () => void): Operation {
  const { value } = invocation;
  if (typeof value !== "object" || value === null || isJsonArray(value))
    throw unfit(invocation, "{key: value, …}");
  return {
    readOnly: false,
    *program(access) {
      yield "step";
      if (access.scan(prefix).length > 0) {
        ifAny();
        return value;
      }
      for (const [key, content] of Object.entries(value)) {
        yield "step";
        access.set(prefix + key, content);
      }
      return value;
    },
  };
}
