import { isJsonArray, isJsonObject, type Json } from "../../../histories/json.ts";
import type { Address } from "../../contracts/system.ts";

/** An Erlang node, by its name before the @, and the port on which it talks to other nodes. */
export interface MappedNode {
  readonly name: string;
  readonly port: number;
}

/** Where a port mapper listens, and the nodes that it knows beforehand. */
export interface Mapping {
  readonly listens: readonly Address[];
  readonly nodes: readonly MappedNode[];
}

/** A mapping as `JSON.stringify` writes it; throws a `TypeError` for anything else. */
export function parseMapping(text: string): Mapping {
  // JSON.parse gives nothing but JSON.
  const given = JSON.parse(text) as Json;
  const { listens = null, nodes = null } = isJsonObject(given) ? given : {};
  const addresses = named(listens, "host").map(({ name, port }) => ({ host: name, port }));
  const mapped = named(nodes, "name");
  if (addresses.length === lengthOf(listens) && mapped.length === lengthOf(nodes))
    return { listens: addresses, nodes: mapped };
  throw new TypeError(
    `expected {"listens": [{"host", "port"}, …], "nodes": [{"name", "port"}, …]}, found ${text}`,
  );
}

/** The elements of a list that have a port, and a name under `member`. */
function named(value: Json, member: string): MappedNode[] {
  return (isJsonArray(value) ? value : []).flatMap((each) => {
    const { [member]: name = null, port = null } = isJsonObject(each) ? each : {};
    return typeof name === "string" && typeof port === "number" ? [{ name, port }] : [];
  });
}

function lengthOf(value: Json): number {
  return isJsonArray(value) ? value.length : -1;
}
