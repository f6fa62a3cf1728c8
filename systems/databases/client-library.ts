import { UsageError } from "../../histories/errors.ts";

/**
 * An optional package, loaded by `load` when it is first needed. A usage error that says how to get it where it is not
 * installed.
 */
export async function clientLibrary<Library>(name: string, load: () => Promise<Library>): Promise<Library> {
  try {
    return await load();
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND")) throw cause;
    throw new UsageError(
      `The package ${name} is needed for this and not installed. To get it: npm install ${name}`,
      "E_PACKAGE_MISSING",
    );
  }
}
