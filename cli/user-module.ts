import { existsSync } from "node:fs";
import { resolve } from "node:path";

import { createJiti } from "jiti";

import { RashomonError, UsageError } from "../histories/errors.ts";

/** Whether what was asked for is a file, rather than the name of something. */
export function isFile(name: string): boolean {
  return /^\.{0,2}[\\/]|\.[cm]?[jt]s$/.test(name);
}

/**
 * What a TypeScript or JavaScript file of the user's exports. Its imports of `virtual` modules are the program's own, installed or not.
 * `what` says in errors what it is a file of. Throws a `UsageError` that says what is wrong.
 */
export async function importUserModule(
  file: string,
  what: string,
  code: string,
  virtual: Record<string, unknown>,
): Promise<unknown> {
  const path = resolve(file);
  if (!existsSync(path)) throw new UsageError(`There is no ${what} file ${file}.`, "E_FILE");
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    virtualModules: virtual,
  });
  try {
    return await jiti.import(path);
  } catch (error) {
    if (error instanceof RashomonError) throw new UsageError(`${file}: ${error.message}`, error.code);
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new UsageError(`The ${what} file ${file} could not be loaded. ${why}`, code);
  }
}
