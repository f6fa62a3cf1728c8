import { get } from "node:http";
import { get as getSecurely } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { NodeId } from "../../contracts/protocol.ts";
import type { Address, ProcessSpecification, Surroundings } from "../../contracts/system.ts";
import { installedProgram } from "../installed.ts";
import type { TlsAccess } from "../server-url.ts";

/** The path of the server; a usage error if it is not installed. */
export function etcdProgram(): string {
  return installedProgram("etcd", "etcd-server");
}

/** Where a member keeps all that it knows. */
export function dataOf(surroundings: Surroundings, node: NodeId): string {
  return join(surroundings.directory(node), "data");
}

/** The URL by which members know a node. */
export function peerUrl(surroundings: Surroundings, node: NodeId): string {
  return urlOf(surroundings.address(node, "peer"));
}

/** How a member is started, which knows all others by one list: all of the first, or those whom it joined later, itself among them. */
export function etcdServer(
  surroundings: Surroundings,
  node: NodeId,
  joined?: readonly NodeId[],
  program = etcdProgram(),
): ProcessSpecification {
  const clients = urlOf(surroundings.address(node));
  const peers = (member: NodeId): string => peerUrl(surroundings, member);
  return {
    command: program,
    arguments: [
      `--name=${node}`,
      `--data-dir=${dataOf(surroundings, node)}`,
      `--listen-client-urls=${clients}`,
      `--advertise-client-urls=${clients}`,
      `--listen-peer-urls=${peers(node)}`,
      `--initial-advertise-peer-urls=${peers(node)}`,
      `--initial-cluster=${(joined ?? surroundings.nodes).map((member) => `${member}=${peers(member)}`).join(",")}`,
      `--initial-cluster-state=${joined === undefined ? "new" : "existing"}`,
      // Members of another cluster that has the same addresses at another time are strangers.
      `--initial-cluster-token=${surroundings.directory(surroundings.nodes[0] ?? node)}`,
      "--logger=zap",
      "--log-level=warn",
    ],
  };
}

/** Whether a member answers at `address`, for clients or for peers, within `milliseconds`. It does so without a leader, too. */
export async function answers(address: Address, milliseconds: number, tls?: TlsAccess): Promise<boolean> {
  return (await dateAt(address, milliseconds, tls)) !== undefined;
}

/**
 * The wall clock of the member at `address`, in milliseconds since 1970; undefined if it does not answer in time. It tells whole seconds
 * (the header `Date`), so it is asked until a second begins.
 */
export async function clockOf(address: Address, milliseconds: number): Promise<number | undefined> {
  const before = performance.now();
  let last: number | undefined;
  for (;;) {
    const left = milliseconds - (performance.now() - before);
    if (left <= 0) return undefined;
    const date = await dateAt(address, left);
    if (date === undefined) return undefined;
    // Further away, it was set or swings, and may be anywhere in its second.
    if (last !== undefined && date - last === 1_000) return date;
    last = date;
    await sleep(10);
  }
}

/** When a member says it answered, in whole seconds; undefined if it did not in time. */
function dateAt({ host, port }: Address, milliseconds: number, tls?: TlsAccess): Promise<number | undefined> {
  return new Promise((resolve) => {
    // A connection of its own each time, so that it says something of new ones, too.
    const where = { host, port, path: "/version", agent: false } as const;
    const request = tls === undefined ? get(where) : getSecurely({ ...tls, ...where });
    request.on("response", (response) => {
      response.resume();
      const date = Date.parse(response.headers.date ?? "");
      end(response.statusCode === 200 && !Number.isNaN(date) ? date : undefined);
    });
    const deadline = setTimeout(() => end(undefined), milliseconds);
    const end = (date: number | undefined): void => {
      clearTimeout(deadline);
      request.destroy();
      resolve(date);
    };
    request.on("error", () => end(undefined));
  });
}

function urlOf({ host, port }: Address): string {
  return `http://${host}:${port}`;
}
