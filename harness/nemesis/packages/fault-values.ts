import { isJsonArray, isJsonObject, type Json } from "../../../histories/json.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { Grudge } from "../grudge.ts";

// Fault operations carry plain data, so that a schedule can be stored and replayed; here it is read back.

export function member(value: Json, name: string): Json {
  return isJsonObject(value) ? (value[name] ?? null) : null;
}

export function numberOf(value: Json, name: string): number {
  const number = member(value, name);
  if (typeof number !== "number")
    throw new Error(`a fault without a number ${name}: ${JSON.stringify(value)}`);
  return number;
}

export function nodesOf(value: Json): NodeId[] {
  const nodes = member(value, "nodes");
  return isJsonArray(nodes) ? nodes.filter((node) => typeof node === "string") : [];
}

export function grudgeToJson(grudge: Grudge): Json {
  return grudge.map(({ from, to }) => [from, to]);
}

export function grudgeFromJson(value: Json): Grudge {
  if (!isJsonArray(value)) throw new Error(`not a grudge: ${JSON.stringify(value)}`);
  return value.map((pair) => {
    const [from, to] = isJsonArray(pair) ? pair : [];
    if (typeof from !== "string" || typeof to !== "string")
      throw new Error(`not a link: ${JSON.stringify(pair)}`);
    return { from, to };
  });
}
