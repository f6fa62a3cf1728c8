import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

import { UsageError } from "../../histories/errors.ts";

/** Where servers are that only administrators have in their PATH. */
const besides = ["/usr/sbin", "/usr/local/sbin"];

/** The path of an installed program; a usage error that says how to get it on Debian if there is none. */
export function installedProgram(name: string, debianPackage: string): string {
  const found = [...foldersOfPath(), ...besides].map((folder) => join(folder, name)).find(isExecutable);
  if (found !== undefined) return found;
  throw new UsageError(
    `The program ${name} is needed for this and not installed. On Debian: apt-get install ${debianPackage}.`,
    "E_SERVER_MISSING",
  );
}

/** The folders that the user's PATH names, first those that decide. */
export function foldersOfPath(): readonly string[] {
  return (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
