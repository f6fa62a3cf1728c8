import { lookup } from "node:dns/promises";

import { RunError, UsageError } from "../../../histories/errors.ts";
import { isJsonArray, type Json } from "../../../histories/json.ts";
import type { NodeId } from "../../contracts/protocol.ts";
import type { Address, Surroundings } from "../../contracts/system.ts";
import { nodeAt } from "../running.ts";
import { commonLogin, tlsIn, type UrlForm } from "../server-url.ts";
import { RedisConnection, type Access, type Command } from "./connection.ts";
import { answerTo, timeIn } from "./server.ts";
import type { NodeNamed } from "./slots.ts";

/** How long a connection of our own, and each answer, may take, in milliseconds. */
const patience = 2_000;

/** How servers of Redis that run already are come to, as their URLs say; all keys of a run begin with its name. */
export class RedisDoors {
  readonly #surroundings: Surroundings;
  readonly #accesses: ReadonlyMap<NodeId, Access>;
  readonly #prefix: string;

  constructor(surroundings: Surroundings, urls: ReadonlyMap<NodeId, URL>, form: UrlForm, name: string) {
    this.#surroundings = surroundings;
    this.#prefix = `${name}:`;
    const { user, password, database } = commonLogin(urls);
    if (!/^\d*$/.test(database))
      throw new UsageError(
        `Expected the number of a database, as in ${form.example}, found ${database}.`,
        "E_URL",
      );
    const common = {
      ...(user === "" ? {} : { username: user }),
      ...(password === "" ? {} : { password }),
      db: Number(database),
    };
    this.#accesses = new Map(
      [...urls].map(([node, url]) => {
        const tls = tlsIn(url, form);
        return [node, { ...common, ...(tls === undefined ? {} : { tls }) }] as const;
      }),
    );
  }

  /** For clients, by the addresses that they use. */
  readonly forClients = (address: Address): Access => ({
    ...this.#accessAt(address),
    keyPrefix: this.#prefix,
  });

  /** The answer of a node's server; throws what the server or the library says. */
  async ask(node: NodeId, ...command: Command): Promise<Json> {
    const address = this.#surroundings.address(node);
    const connection = await RedisConnection.open(address, patience, this.#accessAt(address));
    try {
      return await connection.ask(...command);
    } finally {
      connection.close();
    }
  }

  /** The answer of the server at an address in time; undefined without one. */
  answer(address: Address, milliseconds: number, ...command: Command): Promise<Json | undefined> {
    return answerTo(command, { address, milliseconds, access: this.#accessAt(address) });
  }

  async clock(address: Address, milliseconds: number): Promise<number | undefined> {
    return timeIn(await this.answer(address, milliseconds, "TIME"));
  }

  async version(): Promise<string | undefined> {
    const [first = ""] = this.#surroundings.nodes;
    const text = await this.ask(first, "INFO", "server");
    const [, version] = /redis_version:(\S+)/.exec(typeof text === "string" ? text : "") ?? [];
    return version === undefined ? undefined : `Redis ${version}`;
  }

  /** The nodes whose servers say that they are primaries. */
  async primaries(): Promise<readonly NodeId[]> {
    const { nodes } = this.#surroundings;
    const roles = await Promise.all(
      nodes.map((node) => this.answer(this.#surroundings.address(node), patience, "ROLE")),
    );
    return nodes.filter((_, i) => {
      const role = roles[i];
      return isJsonArray(role) && role[0] === "master";
    });
  }

  /** Removes the keys of the run, and no other, from all primaries that there are, and from those that were to be there. A `RunError` says what is left. */
  async removeKeys(expected: Iterable<NodeId>): Promise<void> {
    const primaries = new Set([...expected, ...(await this.primaries())]);
    const how = `To take it away: redis-cli --scan --pattern '${this.#prefix}*', and DEL of each`;
    const what = `still there, keys that begin with ${this.#prefix}`;
    if (primaries.size === 0)
      throw new RunError(
        "E_SERVER",
        `What the run has made on the servers is ${what}: none of them says that it is a primary. ${how}`,
      );
    for (const node of primaries) {
      try {
        await this.#removeFrom(node);
      } catch (error) {
        // It has become a replica meanwhile, and has from its primary that nothing is left.
        if (error instanceof Error && error.message.startsWith("READONLY")) continue;
        throw new RunError(
          "E_SERVER",
          `What the run has made on the server of ${node} is ${what}: ${error instanceof Error ? error.message : String(error)}. ${how}`,
          { cause: error },
        );
      }
    }
  }

  /** By which addresses the servers know one another, as far as names can be looked up. */
  async named(): Promise<NodeNamed> {
    const known = new Map<string, NodeId>();
    for (const node of this.#surroundings.nodes) {
      const { host, port } = this.#surroundings.address(node);
      const found = await lookup(host, { all: true }).catch(() => []);
      for (const each of [host, ...found.map(({ address }) => address)]) known.set(`${each}:${port}`, node);
    }
    return ({ host, port }) => known.get(`${host}:${port}`);
  }

  async #removeFrom(node: NodeId): Promise<void> {
    const address = this.#surroundings.address(node);
    const connection = await RedisConnection.open(address, patience, this.#accessAt(address));
    try {
      let cursor: string | number = 0;
      do {
        const answer = await connection.ask("SCAN", cursor, "MATCH", `${this.#prefix}*`, "COUNT", 1000);
        const [next = "0", keys = []]: readonly Json[] = isJsonArray(answer) ? answer : [];
        const names = isJsonArray(keys) ? keys.filter((key) => typeof key === "string") : [];
        // One by one, since servers of a cluster take no more at a time; all are sent at once.
        await Promise.all(names.map((key) => connection.ask("DEL", key)));
        cursor = typeof next === "string" ? next : "0";
      } while (cursor !== "0");
    } finally {
      connection.close();
    }
  }

  #accessAt(address: Address): Access {
    const node = nodeAt(this.#surroundings, address);
    return (node === undefined ? undefined : this.#accesses.get(node)) ?? {};
  }
}

/** What URLs of Redis look like, with what may stand behind the "?". */
export function redisForm(example: string, parameters: readonly string[] = []): UrlForm {
  return {
    example,
    protocols: ["redis"],
    port: 6379,
    tls: { protocols: ["rediss"], port: 6379 },
    parameters,
  };
}
