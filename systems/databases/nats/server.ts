import { connect } from "node:net";
import { join } from "node:path";

import type { NodeId } from "../../contracts/protocol.ts";
import type { Address, ProcessSpecification, Surroundings } from "../../contracts/system.ts";
import { installedProgram } from "../installed.ts";
import { machineOf } from "../machines.ts";

/** The path of the server; a usage error if it is not installed. */
export function natsProgram(): string {
  return installedProgram("nats-server", "nats-server");
}

/** Who may change the servers of a cluster: a user of the account that the system has for itself. */
export const operator = { user: "operator", password: "operator" };

/** The folder of a server's data. */
export function dataOf(surroundings: Surroundings, node: NodeId): string {
  return join(surroundings.directory(node), "data");
}

/** How a server is started, which knows all others by one list. */
export async function natsServer(
  surroundings: Surroundings,
  node: NodeId,
  program: string,
  name: string,
): Promise<ProcessSpecification> {
  const folder = surroundings.directory(node);
  const { host, port } = surroundings.address(node);
  const peer = surroundings.address(node, "peer");
  const routes = surroundings.nodes
    .filter((each) => each !== node)
    .map((each) => surroundings.address(each, "peer"))
    .map((each) => `"nats-route://${each.host}:${each.port}"`);
  const configuration = join(folder, "nats.conf");
  await machineOf(surroundings, node).write(
    configuration,
    [
      `server_name: ${name}`,
      `listen: "${host}:${port}"`,
      `jetstream { store_dir: ${JSON.stringify(dataOf(surroundings, node))}, max_memory_store: 64MB, max_file_store: 1GB }`,
      // Lost connections are to be found out within a test.
      'ping_interval: "1s"',
      "ping_max: 2",
      // Clients come as they are; the operator says who it is.
      "accounts { CLIENTS: { jetstream: enabled, users: [{ user: clients, password: clients }] }",
      `OPERATOR: { users: [{ user: ${operator.user}, password: ${operator.password} }] } }`,
      "no_auth_user: clients",
      "system_account: OPERATOR",
      ...(routes.length === 0
        ? []
        : [
            `cluster { name: rashomon, listen: "${peer.host}:${peer.port}", no_advertise: true, routes: [${routes.join(", ")}] }`,
          ]),
      "",
    ].join("\n"),
  );
  return { command: program, arguments: ["--config", configuration] };
}

/** Whether a server introduces itself within `milliseconds`. */
export function answers(address: Address, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const end = (answered: boolean): void => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(answered);
    };
    const deadline = setTimeout(() => end(false), milliseconds);
    socket.on("data", () => end(true));
    socket.on("error", () => end(false));
    socket.on("close", () => end(false));
  });
}
