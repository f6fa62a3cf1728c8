import { existsSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";

import { UsageError } from "../../../histories/errors.ts";
import type { NodeId } from "../../contracts/protocol.ts";
import type { Address, ProcessSpecification, Surroundings } from "../../contracts/system.ts";
import { installedProgram } from "../installed.ts";
import { machineOf, needOnNodes, programOnNodes } from "../machines.ts";

/** Where Debian has the server; its manifest names what else it needs. */
const jar = "/usr/share/java/zookeeper.jar";
/** The file of settings of a server, and how the names of those begin that belong to it. */
const settingsFile = "zoo.cfg";
/** What writes its log to standard error. */
const logger = "/usr/share/java/slf4j-simple.jar";

/** The path of Java, where ZooKeeper is installed; a usage error if either is not. */
export function javaForZookeeper(): string {
  if (!existsSync(jar)) {
    throw new UsageError(
      `ZooKeeper is needed for this and not installed: no ${jar}. On Debian: apt-get install zookeeper.`,
      "E_SERVER_MISSING",
    );
  }
  return installedProgram("java", "default-jre-headless");
}

/** What nodes start Java by, where ZooKeeper is installed; a usage error where either is not. */
export async function javaOnNodes(surroundings: Surroundings): Promise<string> {
  await needOnNodes(surroundings, `ZooKeeper (${jar})`, "zookeeper", (machine) => machine.exists(jar));
  return programOnNodes(surroundings, "java", "default-jre-headless");
}

/** The number of a server, by which it is known to the others. */
export function numberOf({ nodes }: Surroundings, node: NodeId): number {
  return nodes.indexOf(node) + 1;
}

/** How a server stands in the list of all: its number; where it meets the others, and chooses with them who leads; where clients come. */
export function serverLine(surroundings: Surroundings, node: NodeId): string {
  const [peer, election] = [surroundings.address(node, "peer"), surroundings.address(node, "election")];
  const { host, port } = surroundings.address(node);
  return `server.${numberOf(surroundings, node)}=${peer.host}:${peer.port}:${election.port}:participant;${host}:${port}`;
}

/** All that a server keeps: its data, its settings and the list of servers, of which each version has a file. */
export function filesOf(surroundings: Surroundings, node: NodeId): readonly string[] {
  const folder = surroundings.directory(node);
  const kept = readdirSync(folder).filter((name) => name === "data" || name.startsWith(settingsFile));
  return kept.map((name) => join(folder, name));
}

/**
 * Writes down what a server is to know as it begins, and says how it is started. All servers share one list of them: all of the first, or those whom it
 * joins later, itself among them. After that it keeps the list by itself.
 */
export async function zookeeperServer(
  surroundings: Surroundings,
  node: NodeId,
  options: { readonly java: string; readonly joined?: readonly NodeId[] | undefined },
): Promise<ProcessSpecification> {
  const { java, joined } = options;
  const machine = machineOf(surroundings, node);
  const folder = surroundings.directory(node);
  const data = join(folder, "data");
  const configuration = join(folder, settingsFile);
  if (!(await machine.exists(configuration))) {
    const list = join(folder, `${settingsFile}.dynamic`);
    const servers = (joined ?? surroundings.nodes).map((each) => serverLine(surroundings, each));
    const settings = {
      dataDir: data,
      // Half a second; what follows is counted in it.
      tickTime: 500,
      initLimit: 10,
      syncLimit: 4,
      maxClientCnxns: 0,
      "admin.enableServer": false,
      "4lw.commands.whitelist": "ruok,srvr,cons",
      reconfigEnabled: true,
      dynamicConfigFile: list,
    };
    await machine.makeFolder(data);
    await machine.write(join(data, "myid"), `${numberOf(surroundings, node)}\n`);
    await machine.write(list, servers.map((line) => `${line}\n`).join(""));
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    await machine.write(configuration, lines.join(""));
  }
  return {
    command: java,
    arguments: [
      "-Xms32m",
      "-Xmx96m",
      "-Xss512k",
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=1",
      "-XX:-UsePerfData",
      "-Dzookeeper.jmx.log4j.disable=true",
      // Else nobody could change the list of servers but an administrator with a password.
      "-Dzookeeper.skipACL=yes",
      "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
      "-cp",
      `${jar}:${logger}`,
      "org.apache.zookeeper.server.quorum.QuorumPeerMain",
      configuration,
    ],
  };
}

/** Whether the server at `address` says within `milliseconds` that it is well. It does so without a majority, too. */
export async function isWell(address: Address, milliseconds: number): Promise<boolean> {
  return (await word("ruok", address, milliseconds)) === "imok";
}

/** What the server at `address` is to the others: "leader", "follower", "standalone"; undefined while it does not serve. */
export async function modeOf(address: Address, milliseconds: number): Promise<string | undefined> {
  const answer = await word("srvr", address, milliseconds);
  return /^Mode: (\w+)/m.exec(answer ?? "")?.[1];
}

/** The version of the server at `address`, as it says itself: "ZooKeeper 3.8.0"; undefined if it does not say within `milliseconds`. */
export async function versionOf(address: Address, milliseconds: number): Promise<string | undefined> {
  const [, version] =
    /^Zookeeper version: ([\w.]+)/m.exec((await wordsOf(address, milliseconds)) ?? "") ?? [];
  return version === undefined ? undefined : `ZooKeeper ${version}`;
}

/** What the server at `address` says of itself, or that it does not, within `milliseconds`; undefined without an answer. */
export async function wordsOf(address: Address, milliseconds: number): Promise<string | undefined> {
  const answer = await word("srvr", address, milliseconds);
  return answer === "" ? undefined : answer;
}

/** The connections of the server at `address`, a line each, within `milliseconds`; undefined without an answer. */
export function connectionsOf(address: Address, milliseconds: number): Promise<string | undefined> {
  return word("cons", address, milliseconds);
}

/** What a server answers to a command of four letters; undefined without an answer in time. */
function word(command: string, { host, port }: Address, milliseconds: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    let answer = "";
    const end = (result: string | undefined): void => {
      clearTimeout(deadline);
      socket.destroy();
      resolve(result);
    };
    const deadline = setTimeout(() => end(undefined), milliseconds);
    socket.on("connect", () => socket.write(command));
    socket.on("data", (bytes) => {
      answer += bytes.toString();
    });
    socket.on("end", () => end(answer));
    socket.on("error", () => end(undefined));
    socket.on("close", () => end(undefined));
  });
}
