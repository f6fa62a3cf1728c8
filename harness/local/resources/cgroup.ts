import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What control groups can limit here. */
export const controllers = ["cpu", "memory"] as const;
export type Controller = (typeof controllers)[number];

/** A group of processes whose use of something is limited (cgroups(7)), by the interface that this machine has: the first or the second. */
export interface Cgroup {
  readonly path: string;
  readonly version: 1 | 2;
}

/** Makes a group for a controller, called `name`, below the one that we are in or the nearest above it where that can be done. */
export function makeCgroup(controller: Controller, name: string): Cgroup {
  const refusals: string[] = [];
  for (const { parent, version } of parents(controller)) {
    const path = join(parent, name);
    try {
      if (version === 2) enable(parent, controller);
      mkdirSync(path);
      if (existsSync(join(path, limitFiles[controller][version]))) return { path, version };
      rmdirSync(path);
      refusals.push(`${parent} has no controller for ${controller}`);
    } catch (error) {
      refusals.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(refusals[0] ?? `there is no cgroup controller for ${controller} here`);
}

/** Where limits are written. */
export const limitFiles = {
  cpu: { 1: "cpu.cfs_quota_us", 2: "cpu.max" },
  memory: { 1: "memory.limit_in_bytes", 2: "memory.max" },
} as const;

export function readMember({ path }: Cgroup, name: string): string {
  return readFileSync(join(path, name), "utf8").trim();
}

export function writeMember({ path }: Cgroup, name: string, value: string): void {
  writeFileSync(join(path, name), value);
}

/** The processes in a group. */
export function membersOf(path: string): number[] {
  try {
    return readFileSync(join(path, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Moves a process into a group; whatever it starts from then on is in there too. */
export function moveInto({ path }: Cgroup, pid: number): void {
  try {
    writeFileSync(join(path, "cgroup.procs"), String(pid));
  } catch (error) {
    // It has ended meanwhile.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Removes a group, whose processes go to the one above; says whether it was there. */
export async function removeCgroup(path: string): Promise<boolean> {
  if (!existsSync(path)) return false;
  for (const before = performance.now(); ; await sleep(20)) {
    try {
      for (const pid of membersOf(path)) moveInto({ path: dirname(path), version: 1 }, pid);
      rmdirSync(path);
      return true;
    } catch (error) {
      // Those that are about to end are in it until they have.
      if (performance.now() - before > busyPatience) throw error;
    }
  }
}

/** How long processes may take to be out of a group, in milliseconds. */
const busyPatience = 5_000;

/** In the second interface what a group passes on to those in it has to be said. */
function enable(parent: string, controller: Controller): void {
  const file = join(parent, "cgroup.subtree_control");
  if (!readFileSync(file, "utf8").split(/\s+/).includes(controller)) writeFileSync(file, `+${controller}`);
}

/** The groups in which one may be made, ours first and then those above it. */
function parents(controller: Controller): { parent: string; version: 1 | 2 }[] {
  let mounts: string[];
  let own: string[];
  try {
    mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
    own = readFileSync("/proc/self/cgroup", "utf8").split("\n");
  } catch {
    return [];
  }
  return mounts.flatMap((line) => {
    // Root and place are the fourth and fifth fields; behind the dash are type, source and options (proc(5)).
    const [before = "", after = ""] = line.split(" - ");
    const [, , , root = "", place = ""] = before.split(" ");
    const [type, , options = ""] = after.split(" ");
    const version = type === "cgroup2" ? 2 : 1;
    if (type !== "cgroup2" && !(type === "cgroup" && options.split(",").includes(controller))) return [];
    const prefix = version === 2 ? "0::" : new RegExp(`^\\d+:(?:[^:]*,)?${controller}(?:,[^:]*)?:`);
    const path = own
      .find((each) => (typeof prefix === "string" ? each.startsWith(prefix) : prefix.test(each)))
      ?.replace(prefix, "");
    const below = path?.startsWith(root) === true ? path.slice(root.length).replace(/^\//, "") : "";
    const found: { parent: string; version: 1 | 2 }[] = [];
    for (let parent = join(place, below); ; parent = dirname(parent)) {
      found.push({ parent, version });
      if (parent === place || parent.length <= place.length) return found;
    }
  });
}
