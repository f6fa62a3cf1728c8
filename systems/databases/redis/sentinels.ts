import { createHash } from "node:crypto";

import { isJsonArray } from "../../../histories/json.ts";
import type { NodeId } from "../../contracts/protocol.ts";
import type { Address, Surroundings } from "../../contracts/system.ts";
import type { Finder } from "./client.ts";
import { codeOf } from "./errors.ts";
import { answerOf, ordered } from "./server.ts";

/** The name under which the sentinels know the primary and its replicas. */
export const groupName = "rashomon";
/** The port of the sentinel beside a server. */
export const sentinelPort = "sentinel";
/** How long a client waits for a sentinel before it asks another, in milliseconds. */
export const sentinelPatience = 500;
/** How long a client takes an answer of the sentinels for good, in milliseconds. */
const goodFor = 500;

/**
 * The configuration of a node's sentinel, as sentinels themselves write it down once they have found one another: they know the primary, its
 * replicas and one another from the beginning.
 */
export function sentinelConfiguration(surroundings: Surroundings, node: NodeId, folder: string): string {
  const { nodes } = surroundings;
  const [primary = "", ...replicas] = nodes;
  const own = surroundings.address(node, sentinelPort);
  const majority = Math.floor(nodes.length / 2) + 1;
  const others = nodes.filter((other) => other !== node);
  return [
    `port ${own.port}`,
    `bind ${own.host}`,
    `dir "${folder}"`,
    "protected-mode no",
    `sentinel myid ${identityOf(node)}`,
    `sentinel monitor ${groupName} ${words(surroundings.address(primary))} ${majority}`,
    `sentinel down-after-milliseconds ${groupName} 700`,
    `sentinel failover-timeout ${groupName} 5000`,
    `sentinel parallel-syncs ${groupName} ${nodes.length}`,
    ...replicas.map(
      (replica) => `sentinel known-replica ${groupName} ${words(surroundings.address(replica))}`,
    ),
    ...others.map(
      (other) =>
        `sentinel known-sentinel ${groupName} ${words(surroundings.address(other, sentinelPort))} ${identityOf(other)}`,
    ),
    "",
  ].join("\n");
}

/** Forty digits by which a sentinel is known. */
function identityOf(node: NodeId): string {
  return createHash("sha1").update(`sentinel of ${node}`).digest("hex");
}

function words({ host, port }: Address): string {
  return `${host} ${port}`;
}

/** The node that a sentinel takes for the primary; undefined without an answer. */
export async function primaryBy(
  surroundings: Surroundings,
  sentinel: Address,
  milliseconds: number,
): Promise<NodeId | undefined> {
  const named = await primaryAddressBy(sentinel, milliseconds, groupName);
  return surroundings.nodes.find((node) => {
    const { host, port } = surroundings.address(node);
    return host === named?.host && port === named.port;
  });
}

/** Where a sentinel takes the primary of a group to be; undefined without an answer. */
export async function primaryAddressBy(
  sentinel: Address,
  milliseconds: number,
  group: string,
): Promise<Address | undefined> {
  const answer = await answerOf(sentinel, milliseconds, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", group);
  const [host = null, port = null] = isJsonArray(answer) ? answer : [];
  return typeof host === "string" && typeof port === "string" ? { host, port: Number(port) } : undefined;
}

/** How clients find the primary, and ask it. */
export interface SentinelGroup {
  readonly nodes: readonly NodeId[];
  /** The node that the sentinel beside this one takes for the primary; undefined without an answer. */
  primaryBy(node: NodeId): Promise<NodeId | undefined>;
  /** Where clients find the server of a node. */
  server(node: NodeId): Address;
  /** Whether the server of a node says that it is a primary. */
  isPrimary(node: NodeId): Promise<boolean>;
}

/** The group of the servers that we start. */
export function ownGroup(surroundings: Surroundings): SentinelGroup {
  const server = (node: NodeId): Address => surroundings.route("clients", node);
  return {
    nodes: surroundings.nodes,
    primaryBy: (node) =>
      primaryBy(surroundings, surroundings.route("clients", node, sentinelPort), sentinelPatience),
    server,
    isPrimary: (node) => isPrimary(server(node)),
  };
}

/**
 * Finds the primary as the manual has clients do it ("Sentinel clients"): asks the sentinels, the nearest first, and then the server itself whether it is the primary. Asks
 * again when a connection ends, when a server says that it is a replica, and now and then: others subscribe to what sentinels tell of failovers.
 */
export class SentinelFinder implements Finder {
  readonly #group: SentinelGroup;
  readonly #node: NodeId;
  readonly #readsHere: boolean;
  #primary: NodeId | undefined;
  #asked = -Infinity;

  constructor(group: SentinelGroup, node: NodeId, { readsHere }: { readsHere: boolean }) {
    this.#group = group;
    this.#node = node;
    this.#readsHere = readsHere;
  }

  async find(_key: string, readOnly: boolean): Promise<Address> {
    if (readOnly && this.#readsHere) return this.#group.server(this.#node);
    if (this.#primary === undefined || performance.now() - this.#asked > goodFor) {
      // Whoever hears nothing of a failover stays where it is.
      this.#primary = (await this.#look()) ?? this.#primary;
      this.#asked = performance.now();
    }
    if (this.#primary === undefined) throw new Error("no sentinel names a primary that says it is one");
    return this.#group.server(this.#primary);
  }

  learn(error: unknown): boolean {
    const code = codeOf(error);
    // A connection that ended, or a server that is not the primary any more.
    if (code === undefined || code === "READONLY") this.#primary = undefined;
    return false;
  }

  async #look(): Promise<NodeId | undefined> {
    const { nodes } = this.#group;
    const at = nodes.indexOf(this.#node);
    for (const nearest of [...nodes.slice(at), ...nodes.slice(0, at)]) {
      const primary = await this.#group.primaryBy(nearest);
      if (primary === undefined) continue;
      if (primary === this.#primary || (await this.#group.isPrimary(primary))) return primary;
    }
    return undefined;
  }
}

/** Whether a server says that it is a primary. */
export async function isPrimary(address: Address): Promise<boolean> {
  const answer = await answerOf(address, sentinelPatience, "ROLE");
  return isJsonArray(answer) && answer[0] === "master";
}

/** Tells a sentinel to have a replica take the primary's place, whatever the others think. */
export async function orderFailover(sentinel: Address, milliseconds: number): Promise<void> {
  await ordered(sentinel, milliseconds, "SENTINEL", "FAILOVER", groupName);
}
