import { appendFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";

import { execa } from "execa";

import { UsageError } from "../../histories/errors.ts";
import type { Machine } from "../contracts/machine.ts";
import type { NodeId } from "../contracts/protocol.ts";
import type { Surroundings } from "../contracts/system.ts";
import { installedProgram } from "./installed.ts";

/** The machine on which Rashomon itself runs. */
export const thisMachine: Machine = {
  async ask(command, ...args) {
    const { failed, stdout } = await execa(command, args, { reject: false });
    return failed ? undefined : stdout;
  },
  exists: (path) => Promise.resolve(existsSync(path)),
  makeFolder(path) {
    mkdirSync(path, { recursive: true });
    return Promise.resolve();
  },
  write(path, text, how) {
    if (how === "append") appendFileSync(path, text);
    else writeFileSync(path, text);
    return Promise.resolve();
  },
};

/** The machine on which a node is: this one, unless it is said to be another. */
export function machineOf(surroundings: Surroundings, node: NodeId): Machine {
  return surroundings.machine?.(node) ?? thisMachine;
}

/** Whether nodes are on other machines than this one. */
export function areElsewhere(surroundings: Surroundings): boolean {
  return surroundings.nodes.some((node) => surroundings.machine?.(node) !== undefined);
}

/** What nodes start a program by: its path here, or its name where they are on other machines. A usage error if it is not installed where it is needed. */
export async function programOnNodes(
  surroundings: Surroundings,
  name: string,
  debianPackage: string,
): Promise<string> {
  if (!areElsewhere(surroundings)) return installedProgram(name, debianPackage);
  await needOnNodes(
    surroundings,
    name,
    debianPackage,
    async (machine) => (await machine.ask("sh", "-c", 'command -v "$0"', name)) !== undefined,
  );
  return name;
}

/** Throws a usage error that says how to get `what` on Debian, unless it is there on the machine of every node. */
export async function needOnNodes(
  surroundings: Surroundings,
  what: string,
  debianPackage: string,
  isThere: (machine: Machine) => Promise<boolean>,
): Promise<void> {
  const found = await Promise.all(surroundings.nodes.map((node) => isThere(machineOf(surroundings, node))));
  const without = surroundings.nodes.filter((_, i) => found[i] !== true);
  if (without.length > 0)
    throw new UsageError(
      `${what} is needed on every machine, and those of ${without.join(", ")} lack it. On Debian: apt-get install ${debianPackage}.`,
      "E_SERVER_MISSING",
    );
}
