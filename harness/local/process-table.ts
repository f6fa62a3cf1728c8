import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** One process of this machine, as the kernel sees it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** `R`, `S`, `D`, `Z`, `T` (stopped), … */
  readonly state: string;
  /** Tells a process from a later one with the same number. */
  readonly started: string;
}

/** All processes: from /proc where there is one, else from `ps`. */
export function processTable(): ProcessEntry[] {
  let names: string[];
  try {
    names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    names = [];
  }
  if (names.length === 0) return tableFromPs();
  return names.flatMap((name) => readEntry(Number(name)) ?? []);
}

/** The process with number `pid`; undefined when there is none. A zombie is none: it runs no more. */
export function findProcess(pid: number): ProcessEntry | undefined {
  const entry = readEntry(pid) ?? (hasProc() ? undefined : tableFromPs().find((each) => each.pid === pid));
  return entry?.state === "Z" ? undefined : entry;
}

/** Process `pid` with all its descendants, and whoever shares its process group. */
export function processTree(pid: number): ProcessEntry[] {
  return treeOf(processTable(), pid);
}

/** The same, in a table of some machine's processes. */
export function treeOf(all: readonly ProcessEntry[], pid: number): ProcessEntry[] {
  const table = all.filter((entry) => entry.state !== "Z");
  const members = new Set([pid]);
  let before = 0;
  while (members.size > before) {
    before = members.size;
    for (const entry of table) if (members.has(entry.parent) || entry.group === pid) members.add(entry.pid);
  }
  return table.filter((entry) => members.has(entry.pid));
}

/** Sends a signal; false when there is no such process or group (negative number). */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

function hasProc(): boolean {
  return readEntry(process.pid) !== undefined;
}

function readEntry(pid: number): ProcessEntry | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // The second field, the command in parentheses, may itself hold spaces and parentheses (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    pid,
    state: fields[0] ?? "",
    parent: Number(fields[1]),
    group: Number(fields[2]),
    started: fields[19] ?? "",
  };
}

function tableFromPs(): ProcessEntry[] {
  let output: string;
  try {
    const [command, ...args] = processListing;
    output = execFileSync(command, args, { encoding: "utf8" });
  } catch {
    return [];
  }
  return parseProcessTable(output);
}

/** What lists all processes of a machine, in the form that `parseProcessTable` reads. */
export const processListing = ["ps", "-axo", "pid=,ppid=,pgid=,state=,lstart="] as const;

export function parseProcessTable(output: string): ProcessEntry[] {
  return output.split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S)\S*\s+(.*)$/.exec(line);
    if (match === null) return [];
    const [, pid, parent, group, state, started] = match;
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        state: state ?? "",
        started: started?.trim() ?? "",
      },
    ];
  });
}
