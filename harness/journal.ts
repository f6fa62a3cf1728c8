import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

import { isJsonObject, type JsonObject } from "../histories/json.ts";
import { packetFilterKinds, type PacketFilterKind } from "./remote/packet-filter.ts";
import { parseSshTarget, type SshTarget } from "./remote/ssh-target.ts";

/** Something done to the machine that must be undone, with all that undoing it takes. */
export type JournalEntry =
  | { readonly kind: "process"; readonly node: string; readonly pid: number; readonly started: string }
  | {
      readonly kind: "stopped";
      readonly node: string;
      readonly pids: readonly { pid: number; started: string }[];
    }
  | { readonly kind: "proxies"; readonly url: string; readonly names: readonly string[] }
  | { readonly kind: "toxic"; readonly url: string; readonly proxy: string; readonly toxic: string }
  | { readonly kind: "clock"; readonly node: string; readonly file: string }
  | { readonly kind: "clock-memory"; readonly node: string; readonly pid: number; readonly started: string }
  | { readonly kind: "vdso-clock"; readonly node: string; readonly pid: number; readonly started: string }
  | {
      readonly kind: "remote-process";
      readonly node: string;
      readonly ssh: SshTarget;
      readonly pid: number;
      readonly started: string;
    }
  | { readonly kind: "remote-stopped"; readonly node: string; readonly ssh: SshTarget; readonly pid: number }
  | {
      readonly kind: "remote-table";
      readonly node: string;
      readonly ssh: SshTarget;
      /** The name of the table of nftables, or what the chains of iptables begin with. */
      readonly table: string;
      readonly filter: PacketFilterKind;
    }
  | { readonly kind: "remote-queue"; readonly node: string; readonly ssh: SshTarget }
  | {
      readonly kind: "remote-clock";
      readonly node: string;
      readonly ssh: SshTarget;
      /** How far its clock was ahead of this machine's, in milliseconds. */
      readonly before: number;
    }
  | { readonly kind: "traced"; readonly node: string; readonly pid: number; readonly started: string }
  | { readonly kind: "cgroup"; readonly node: string; readonly path: string }
  | { readonly kind: "disk"; readonly node: string; readonly mountPoint: string };

export interface JournalOwner {
  readonly pid: number;
  readonly started: string;
  /** The folder of the run. */
  readonly run: string;
}

/** A journal on disk: who wrote it, and what it holds that was not struck out. */
export interface OpenJournal {
  readonly path: string;
  readonly owner: JournalOwner;
  readonly entries: ReadonlyMap<number, JournalEntry>;
}

/**
 * The journal of faults: each entry is on disk before the fault is applied and struck out when it is
 * undone, so that whatever ends the harness, the next run or `rashomon heal` knows what is left to undo.
 * One file a run, JSON lines: the owner, then `{"id":1,"apply":{…}}` and `{"id":1,"undone":true}`.
 */
export class FaultJournal {
  readonly path: string;
  readonly #file: number;
  readonly #open = new Map<number, JournalEntry>();
  #next = 1;

  constructor(directory: string, owner: JournalOwner) {
    mkdirSync(directory, { recursive: true });
    this.path = join(directory, `${owner.pid}-${owner.started.replace(/\W+/g, "")}.jsonl`);
    this.#file = openSync(this.path, "a");
    this.#write({ owner: { ...owner } });
  }

  /** Enters `entry`; on disk when this returns. Gives the number to strike it out by. */
  enter(entry: JournalEntry): number {
    const id = this.#next++;
    this.#open.set(id, entry);
    this.#write({ id, apply: entry });
    return id;
  }

  strike(id: number): void {
    if (this.#open.delete(id)) this.#write({ id, undone: true });
  }

  get open(): ReadonlyMap<number, JournalEntry> {
    return this.#open;
  }

  /** Closes the journal, and removes it if nothing is left to undo. */
  close(): void {
    closeSync(this.#file);
    if (this.#open.size === 0) rmSync(this.path, { force: true });
  }

  #write(line: object): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
    fsyncSync(this.#file);
  }
}

/** The journals in `directory` with their open entries. A torn last line never took effect. */
export function readJournals(directory: string): OpenJournal[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith(".jsonl"))
    .toSorted()
    .flatMap((name) => readJournal(join(directory, name)) ?? []);
}

function readJournal(path: string): OpenJournal | undefined {
  let owner: JournalOwner | undefined;
  const entries = new Map<number, JournalEntry>();
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    // A run that ended meanwhile has taken its journal away.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  for (const line of text.split("\n")) {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      continue;
    }
    if (!isJsonObject(value)) continue;
    if ("owner" in value) owner = parseOwner(value["owner"]);
    const id = value["id"];
    if (typeof id !== "number") continue;
    if (value["undone"] === true) entries.delete(id);
    const entry = parseEntry(value["apply"]);
    if (entry !== undefined) entries.set(id, entry);
  }
  return owner === undefined ? undefined : { path, owner, entries };
}

function parseOwner(value: unknown): JournalOwner | undefined {
  if (!isJsonObject(value)) return undefined;
  const { pid, started, run } = value;
  if (typeof pid !== "number" || typeof started !== "string" || typeof run !== "string") return undefined;
  return { pid, started, run };
}

function parseEntry(value: unknown): JournalEntry | undefined {
  if (!isJsonObject(value)) return undefined;
  const text = (name: string): string => {
    const member = value[name];
    return typeof member === "string" ? member : "";
  };
  const processOf = (member: unknown): { pid: number; started: string }[] => {
    if (!isJsonObject(member)) return [];
    const { pid, started } = member;
    return typeof pid === "number" && pid > 1 && typeof started === "string" ? [{ pid, started }] : [];
  };
  switch (value["kind"]) {
    case "process":
    case "traced":
    case "clock-memory":
    case "vdso-clock": {
      const [leader] = processOf(value);
      return leader === undefined ? undefined : { kind: value["kind"], node: text("node"), ...leader };
    }
    case "stopped": {
      const pids = value["pids"];
      return {
        kind: "stopped",
        node: text("node"),
        pids: Array.isArray(pids) ? pids.flatMap(processOf) : [],
      };
    }
    case "proxies": {
      const names = value["names"];
      const list = Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
      return { kind: "proxies", url: text("url"), names: list };
    }
    case "toxic":
      return { kind: "toxic", url: text("url"), proxy: text("proxy"), toxic: text("toxic") };
    case "clock":
      return { kind: "clock", node: text("node"), file: text("file") };
    case "remote-process":
    case "remote-stopped":
    case "remote-table":
    case "remote-queue":
    case "remote-clock":
      return remoteEntry(value["kind"], text("node"), value);
    case "cgroup":
      return { kind: "cgroup", node: text("node"), path: text("path") };
    case "disk":
      return { kind: "disk", node: text("node"), mountPoint: text("mountPoint") };
    default:
      return undefined;
  }
}

/** What was done on another machine; none if it cannot be undone by what is written. */
function remoteEntry(
  kind: "remote-process" | "remote-stopped" | "remote-table" | "remote-queue" | "remote-clock",
  node: string,
  value: JsonObject,
): JournalEntry | undefined {
  const ssh = parseSshTarget(value["ssh"]);
  if (ssh === undefined) return undefined;
  const { pid, started, table, filter, before } = value;
  if (kind === "remote-queue") return { kind, node, ssh };
  if (kind === "remote-clock")
    return typeof before === "number" && Number.isFinite(before) ? { kind, node, ssh, before } : undefined;
  if (kind === "remote-table") {
    const known = packetFilterKinds.find((each) => each === filter);
    if (known === undefined || typeof table !== "string" || !/^\w+$/.test(table)) return undefined;
    return { kind, node, ssh, table, filter: known };
  }
  if (typeof pid !== "number" || !Number.isInteger(pid) || pid <= 1) return undefined;
  if (kind === "remote-stopped") return { kind, node, ssh, pid };
  return typeof started === "string" ? { kind, node, ssh, pid, started } : undefined;
}

/** Where the runs of a store keep their journals. */
export function journalDirectory(store: string): string {
  return join(store, ".faults");
}
