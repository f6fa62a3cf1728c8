import { UsageError } from "../../histories/errors.ts";
import type { Machine } from "../contracts/machine.ts";
import type { ProcessSpecification, Surroundings } from "../contracts/system.ts";
import { machineOf, thisMachine } from "./machines.ts";

/** Overflow user and group, which are in every list of users. */
const nobody = "65534";

/**
 * Servers that refuse to run as root, run as somebody else: in a user namespace, where our own user has another number, so that the files are
 * still ours. Shared memory is of a namespace of its own, and so gone with the server, even if that is killed.
 */
export type AsOrdinaryUser = (process: ProcessSpecification) => ProcessSpecification;

/** How that is done on a machine, this one unless given; a usage error if we are root there and it cannot be. */
export async function asOrdinaryUser(machine: Machine = thisMachine): Promise<AsOrdinaryUser> {
  const isRoot = (await machine.ask("id", "-u"))?.trim() === "0";
  const user = isRoot ? [`--map-user=${nobody}`, `--map-group=${nobody}`] : ["--map-current-user"];
  const namespaces = ["--user", ...user, "--ipc"];
  const failed = (await machine.ask("unshare", ...namespaces, "true")) === undefined;
  if (failed && isRoot) {
    throw new UsageError(
      "This server does not run as root, and user namespaces (unshare --user) are not available there. Run Rashomon, or let ssh log in, as an ordinary user.",
      "E_ROOT",
    );
  }
  // An ordinary user does without: then a server that was killed may leave a few bytes of shared memory.
  if (failed) return (specification) => specification;
  return ({ command, arguments: rest, ...others }) => ({
    ...others,
    command: "unshare",
    arguments: [...namespaces, command, ...rest],
  });
}

/** The same for every node, wherever that is. */
export async function asOrdinaryUserOnNodes(
  surroundings: Surroundings,
): Promise<(node: string, process: ProcessSpecification) => ProcessSpecification> {
  const means = new Map(
    await Promise.all(
      surroundings.nodes.map(
        async (node) => [node, await asOrdinaryUser(machineOf(surroundings, node))] as const,
      ),
    ),
  );
  return (node, process) => means.get(node)?.(process) ?? process;
}
