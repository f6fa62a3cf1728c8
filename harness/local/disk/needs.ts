import { existsSync, readFileSync } from "node:fs";

import { UsageError } from "../../../histories/errors.ts";
import type { FaultKind } from "../../../systems/contracts/system.ts";
import { installedProgram } from "../../../systems/databases/installed.ts";

const kinds: ReadonlySet<string> = new Set<FaultKind>(["power-cut", "disk-full", "lying-sync"]);

/** Whether a kind of fault is done to disks of the nodes' own, which have to be made before they start. */
export function needsOwnDisk(kind: string): boolean {
  return kinds.has(kind);
}

const traced: ReadonlySet<string> = new Set<FaultKind>([
  "kill-at-sync",
  "disk-error",
  "disk-slow",
  "lying-sync",
]);

/** Whether a kind of fault interferes with system calls. */
export function needsTracing(kind: string): boolean {
  return traced.has(kind);
}

/** What this machine lacks for disks of the nodes' own, in words; undefined if nothing, as far as can be told without trying. */
export function missingForDisks(): string | undefined {
  if (process.platform !== "linux") return "disks of the nodes' own need Linux";
  if (!isRootOfMachine()) return "disks of the nodes' own need root, to mount them";
  if (!existsSync("/dev/loop-control")) return "there are no loop devices here (/dev/loop-control)";
  try {
    installedProgram("mkfs.ext4", "e2fsprogs");
    installedProgram("mount", "mount");
    installedProgram("perl", "perl-base");
  } catch (error) {
    if (error instanceof UsageError) return error.message.replace(/\.$/, "");
    throw error;
  }
  return undefined;
}

/** Whether we are root, and not only in a user namespace, whose root must not mount. */
function isRootOfMachine(): boolean {
  if (process.getuid?.() !== 0) return false;
  // Inside, outside, how many: all users are themselves in the namespace that the machine began with (user_namespaces(7)).
  const [inside, outside, length] = readFileSync("/proc/self/uid_map", "utf8").trim().split(/\s+/);
  return inside === "0" && outside === "0" && length === "4294967295";
}
