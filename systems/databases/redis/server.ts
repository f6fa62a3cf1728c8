import { setTimeout as sleep } from "node:timers/promises";

import { isJsonArray, type Json } from "../../../histories/json.ts";
import type { NodeId } from "../../contracts/protocol.ts";
import type { Address, Surroundings } from "../../contracts/system.ts";
import { installedProgram } from "../installed.ts";
import { RedisConnection, type Access, type Command } from "./connection.ts";

/** How long a client waits for a connection, and for each answer, in milliseconds. */
export const patience = 2_000;
/** How long a server may take from its start to its first answer: it may have to read its data. */
const startPatience = 60_000;

/** The path of the server; a usage error if it is not installed. */
export function redisServer(): string {
  return installedProgram("redis-server", "redis-server");
}

/** Directives that all our servers have, by name. */
export function directives({ host, port }: Address, fsync: string): Readonly<Record<string, string>> {
  return {
    bind: host,
    port: String(port),
    dir: ".",
    daemonize: "no",
    // Reached from this machine only.
    "protected-mode": "no",
    appendonly: "yes",
    appendfsync: fsync,
    // No snapshots: the log has it all.
    save: "",
    // Replicas are served as they come, links that are cut are given up in good time, and nobody waits for replicas to end.
    "repl-diskless-sync-delay": "0",
    "repl-ping-replica-period": "1",
    "repl-timeout": "5",
    "shutdown-timeout": "1",
  };
}

/** Directives as the lines of a file. */
export function configuration(all: Readonly<Record<string, string>>): string {
  return Object.entries(all)
    .map(([name, value]) => `${name} ${value === "" ? '""' : value}\n`)
    .join("");
}

/** The answer to a command, on the operator's own way to a server, which no fault is on; throws what the server or the library says. */
export async function ordered(address: Address, milliseconds: number, ...command: Command): Promise<Json> {
  const connection = await RedisConnection.open(address, milliseconds);
  try {
    return await connection.ask(...command);
  } finally {
    connection.close();
  }
}

/** The answer to a command in time; undefined without one. */
export function answerOf(
  address: Address,
  milliseconds: number,
  ...command: Command
): Promise<Json | undefined> {
  return answerTo(command, { address, milliseconds });
}

/** The answer to a command in time, of a server that is come to in some way; undefined without one. */
export async function answerTo(
  command: Command,
  {
    address,
    milliseconds,
    access,
  }: { readonly address: Address; readonly milliseconds: number; readonly access?: Access },
): Promise<Json | undefined> {
  const before = performance.now();
  let connection: RedisConnection | undefined;
  // One deadline for connection and answer together.
  const deadline = setTimeout(() => connection?.close(), milliseconds);
  try {
    connection = await RedisConnection.open(address, milliseconds, access);
    if (performance.now() - before >= milliseconds) return undefined;
    return await connection.ask(...command);
  } catch {
    return undefined;
  } finally {
    clearTimeout(deadline);
    connection?.close();
  }
}

/** The wall clock of the server at `address`, in milliseconds since 1970; undefined without an answer in time. */
export async function clockOf(address: Address, milliseconds: number): Promise<number | undefined> {
  return timeIn(await answerOf(address, milliseconds, "TIME"));
}

/** The wall clock that an answer to TIME tells. */
export function timeIn(answer: Json | undefined): number | undefined {
  const [seconds, microseconds] = isJsonArray(answer) ? answer.map(Number) : [];
  return seconds === undefined || microseconds === undefined
    ? undefined
    : seconds * 1000 + Math.floor(microseconds / 1000);
}

/** Which server it is, and of which version: "Redis 7.0.15"; undefined when it does not say. */
export async function versionOf(address: Address): Promise<string | undefined> {
  const version = (await infoOf(address, "server")).get("redis_version");
  return version === undefined ? undefined : `Redis ${version}`;
}

/** What a server says of itself in a section of INFO, by the names of its fields. */
export async function infoOf(address: Address, section: string): Promise<ReadonlyMap<string, string>> {
  const text = await answerOf(address, patience, "INFO", section);
  const lines = typeof text === "string" ? text.split("\r\n") : [];
  return new Map(
    lines.flatMap((line) => {
      const colon = line.indexOf(":");
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
    }),
  );
}

/** Resolves when a node that was started serves, at the port for clients or at one of its further ports. */
export async function untilItServes(surroundings: Surroundings, node: NodeId, port?: string): Promise<void> {
  await until(surroundings, node, "gave no answer", async () => {
    const answer = await answerOf(surroundings.address(node, port), 1_000, "PING");
    return answer === "PONG";
  });
}

/** Resolves when a replica that was started has what its primary has. */
export async function untilItFollows(surroundings: Surroundings, node: NodeId): Promise<void> {
  await until(surroundings, node, "did not reach the primary", async () => {
    const fields = await infoOf(surroundings.address(node), "replication");
    return fields.get("master_link_status") === "up";
  });
}

/** Resolves when `holds` does; throws when the node has ended, or does not come to it. */
async function until(
  surroundings: Surroundings,
  node: NodeId,
  what: string,
  holds: () => Promise<boolean>,
): Promise<void> {
  const before = performance.now();
  while (!(await holds())) {
    if (!surroundings.alive(node)) throw new Error("the server ended as it started");
    if (performance.now() - before > startPatience)
      throw new Error(`the server ${what} within ${startPatience / 1000} s of its start`);
    await sleep(20);
  }
}
