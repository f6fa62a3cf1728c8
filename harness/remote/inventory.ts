import { readFileSync } from "node:fs";
import { lookup } from "node:dns/promises";
import { dirname, resolve } from "node:path";

import { UsageError } from "../../histories/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../histories/json.ts";
import type { NodeId } from "../../systems/contracts/protocol.ts";
import type { SshTarget } from "./ssh-target.ts";

/** A machine on which a node is to run. */
export interface RemoteMachine {
  readonly node: NodeId;
  readonly ssh: SshTarget;
  /** The IP address at which the other machines and this one reach it. */
  readonly address: string;
  /** The port for clients; the system's further ports follow it. */
  readonly basePort: number;
  /** A folder there for data and logs; each run has one of its own in it. */
  readonly directory: string;
  /** Whether it has a clock of its own, which may be set; containers share that of their host. */
  readonly clock: (typeof clocks)[number];
}

const clocks = ["shared", "own"] as const;
const members = ["host", "user", "port", "address", "basePort", "directory", "sudo", "config", "clock"];
const usual = { basePort: 7400, directory: "/var/tmp/rashomon" };

/**
 * Reads an inventory, a JSON file of machines by the names of the nodes: `{"nodes": {"n1": {"host": "db1", …}, …}}`, where `"all"` beside `"nodes"` holds what is the
 * same for all of them. Throws a `UsageError` that says what is wrong.
 */
export async function readInventory(path: string): Promise<readonly RemoteMachine[]> {
  let value: Json;
  try {
    value = JSON.parse(readFileSync(path, "utf8")) as Json;
  } catch (error) {
    throw new UsageError(
      `The inventory ${path} could not be read: ${error instanceof Error ? error.message : String(error)}`,
      "E_INVENTORY",
    );
  }
  if (!isJsonObject(value)) throw wrong(path, 'an object {"nodes": {…}}', value);
  const { nodes = null, all = {}, ...others } = value;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw wrong(path, '"nodes" and "all"', unknown);
  if (!isJsonObject(nodes) || Object.keys(nodes).length === 0)
    throw wrong(path, 'machines by the names of nodes as "nodes"', nodes);
  if (!isJsonObject(all)) throw wrong(path, 'an object as "all"', all);
  const machines = await Promise.all(
    Object.entries(nodes).map(([node, own]) => {
      if (!/^[\w-]+$/.test(node) || node === "clients") throw wrong(path, "a name of a node", node);
      if (!isJsonObject(own)) throw wrong(path, `an object as ${node}`, own);
      return machineOf(path, node, { ...all, ...own });
    }),
  );
  const addresses = machines.map(({ address }) => address);
  const twice = addresses.find((each, i) => addresses.indexOf(each) < i);
  if (twice !== undefined) throw wrong(path, "a machine of its own for each node", `${twice} twice`);
  return machines;
}

async function machineOf(path: string, node: NodeId, value: JsonObject): Promise<RemoteMachine> {
  const unknown = Object.keys(value).find((name) => !members.includes(name));
  if (unknown !== undefined) throw wrong(path, `some of ${members.join(", ")} in ${node}`, unknown);
  const text = (name: string): string | undefined => {
    const member = value[name];
    if (member === undefined) return undefined;
    if (typeof member !== "string" || member === "" || member.startsWith("-"))
      throw wrong(path, `a text as ${name} of ${node}`, member);
    return member;
  };
  const port = (name: string): number | undefined => {
    const member = value[name];
    if (member === undefined) return undefined;
    if (typeof member !== "number" || !Number.isInteger(member) || member < 1 || member > 65_000)
      throw wrong(path, `a port as ${name} of ${node}`, member);
    return member;
  };
  const { sudo = false } = value;
  if (typeof sudo !== "boolean") throw wrong(path, `true or false as sudo of ${node}`, sudo);
  const { clock: word = "shared" } = value;
  const clock = clocks.find((each) => each === word);
  if (clock === undefined) throw wrong(path, `"own" or "shared" as clock of ${node}`, word);
  const host = text("host") ?? node;
  const [user, sshPort, config] = [text("user"), port("port"), text("config")];
  const directory = text("directory") ?? usual.directory;
  if (!directory.startsWith("/")) throw wrong(path, `an absolute path as directory of ${node}`, directory);
  return {
    node,
    ssh: {
      host,
      sudo,
      ...(user === undefined ? {} : { user }),
      ...(sshPort === undefined ? {} : { port: sshPort }),
      ...(config === undefined ? {} : { config: resolve(dirname(path), config) }),
    },
    address: await addressOf(path, node, text("address") ?? host),
    basePort: port("basePort") ?? usual.basePort,
    directory,
    clock,
  };
}

/** The IP address of a name: faults are rules about addresses. */
async function addressOf(path: string, node: NodeId, name: string): Promise<string> {
  try {
    return (await lookup(name)).address;
  } catch {
    throw wrong(path, `an IP address, or a name that has one, as address of ${node}`, name);
  }
}

function wrong(path: string, expected: string, found: Json): UsageError {
  return new UsageError(
    `The inventory ${path}: expected ${expected}, found ${JSON.stringify(found)}.`,
    "E_INVENTORY",
  );
}
