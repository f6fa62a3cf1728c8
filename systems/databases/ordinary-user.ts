import { execa } from "execa";

import { UsageError } from "../../histories/errors.ts";
import type { ProcessSpecification } from "../contracts/system.ts";

/** Overflow user and group, which are in every list of users. */
const nobody = "65534";

/**
 * Servers that refuse to run as root, run as somebody else: in a user namespace, where our own user has another number, so that the files are
 * still ours. Shared memory is the namespace's own too, and gone with it.
 */
export type AsOrdinaryUser = (process: ProcessSpecification) => ProcessSpecification;

/** How that is done on this machine; a usage error if we are root and it cannot be. */
export async function asOrdinaryUser(): Promise<AsOrdinaryUser> {
  if (process.getuid?.() !== 0) return (specification) => specification;
  const namespace = ["--user", `--map-user=${nobody}`, `--map-group=${nobody}`, "--ipc"];
  try {
    await execa("unshare", [...namespace, "true"]);
  } catch {
    throw new UsageError(
      "This server does not run as root, and user namespaces (unshare --user) are not available here. Run Rashomon as an ordinary user.",
      "E_ROOT",
    );
  }
  return ({ command, arguments: rest, ...others }) => ({
    ...others,
    command: "unshare",
    arguments: [...namespace, command, ...rest],
  });
}
