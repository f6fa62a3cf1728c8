import { execa } from "execa";

import { UsageError } from "../../histories/errors.ts";
import type { ProcessSpecification } from "../contracts/system.ts";

/** Overflow user and group, which are in every list of users. */
const nobody = "65534";

/**
 * Servers that refuse to run as root, run as somebody else: in a user namespace, where our own user has another number, so that the files are
 * still ours. Shared memory is of a namespace of its own, and so gone with the server, even if that is killed.
 */
export type AsOrdinaryUser = (process: ProcessSpecification) => ProcessSpecification;

/** How that is done on this machine; a usage error if we are root and it cannot be. */
export async function asOrdinaryUser(): Promise<AsOrdinaryUser> {
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? [`--map-user=${nobody}`, `--map-group=${nobody}`] : ["--map-current-user"];
  const namespaces = ["--user", ...user, "--ipc"];
  const { failed } = await execa("unshare", [...namespaces, "true"], { reject: false });
  if (failed && isRoot) {
    throw new UsageError(
      "This server does not run as root, and user namespaces (unshare --user) are not available here. Run Rashomon as an ordinary user.",
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
