import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { FaultJournal } from "../../journal.ts";
import type { ResourceFaults } from "../../nemesis/resource-faults.ts";
import { processTree } from "../process-table.ts";
import {
  limitFiles,
  makeCgroup,
  membersOf,
  moveInto,
  readMember,
  removeCgroup,
  writeMember,
  type Cgroup,
  type Controller,
} from "./cgroup.ts";

/** In periods of so many microseconds the share of a processor is dealt out. */
const period = 100_000;

interface Group {
  readonly cgroup: Cgroup;
  readonly entry: number;
  /** How often the processes had been held up when the limit was set; undefined without a limit. */
  before: number | undefined;
}

/** What nodes may use of processors and memory: each node is in control groups of its own, from its start on. */
export class ResourceLimits implements ResourceFaults {
  readonly #groups: Readonly<Record<Controller, ReadonlyMap<NodeId, Group>>>;
  readonly #journal: FaultJournal;
  readonly #leader: (node: NodeId) => number | undefined;

  private constructor(
    groups: Readonly<Record<Controller, ReadonlyMap<NodeId, Group>>>,
    journal: FaultJournal,
    leader: (node: NodeId) => number | undefined,
  ) {
    this.#groups = groups;
    this.#journal = journal;
    this.#leader = leader;
  }

  /** Makes the groups of all nodes, for those controllers that are needed; `name` keeps runs apart. */
  static async open(options: {
    readonly nodes: readonly NodeId[];
    readonly controllers: readonly Controller[];
    readonly name: string;
    readonly journal: FaultJournal;
    /** The process of a node, from which the others come. */
    readonly leader: (node: NodeId) => number | undefined;
  }): Promise<ResourceLimits> {
    const { nodes, controllers, name, journal, leader } = options;
    const groups = { cpu: new Map<NodeId, Group>(), memory: new Map<NodeId, Group>() };
    const limits = new ResourceLimits(groups, journal, leader);
    try {
      for (const controller of controllers) {
        for (const node of nodes) {
          const cgroup = makeCgroup(controller, `${name}-${node}`);
          const entry = journal.enter({ kind: "cgroup", node, path: cgroup.path });
          groups[controller].set(node, { cgroup, entry, before: undefined });
        }
      }
    } catch (error) {
      await limits.close();
      throw error;
    }
    return limits;
  }

  /** The process of `node` has just started. */
  started(node: NodeId): void {
    for (const groups of Object.values(this.#groups)) {
      const group = groups.get(node);
      if (group !== undefined) this.#gather(node, group.cgroup);
    }
  }

  limitCpu(node: NodeId, share: number): Promise<void> {
    const group = this.#group("cpu", node);
    this.#gather(node, group.cgroup);
    const quota = Math.max(1_000, Math.round(share * period));
    if (group.cgroup.version === 1) writeMember(group.cgroup, "cpu.cfs_period_us", String(period));
    group.before = throttled(group.cgroup);
    this.#set(group, "cpu", group.cgroup.version === 1 ? String(quota) : `${quota} ${period}`);
    return Promise.resolve();
  }

  unlimitCpu(node: NodeId): Promise<number | null> {
    const group = this.#group("cpu", node);
    const { before } = group;
    if (before === undefined) return Promise.resolve(null);
    this.#set(group, "cpu", group.cgroup.version === 1 ? "-1" : `max ${period}`);
    group.before = undefined;
    return Promise.resolve(throttled(group.cgroup) - before);
  }

  limitMemory(node: NodeId, bytes: number): Promise<void> {
    const group = this.#group("memory", node);
    this.#gather(node, group.cgroup);
    const { version } = group.cgroup;
    const used = Number(readMember(group.cgroup, version === 1 ? "memory.usage_in_bytes" : "memory.current"));
    // In whole pages, as the kernel keeps them.
    const limit = Math.ceil((used + bytes) / 4096) * 4096;
    group.before = limitReached(group.cgroup);
    this.#set(group, "memory", String(limit));
    return Promise.resolve();
  }

  unlimitMemory(node: NodeId): Promise<number | null> {
    const group = this.#group("memory", node);
    const { cgroup, before } = group;
    if (before === undefined) return Promise.resolve(null);
    writeMember(cgroup, limitFiles.memory[cgroup.version], cgroup.version === 1 ? "-1" : "max");
    group.before = undefined;
    return Promise.resolve(limitReached(cgroup) - before);
  }

  /** Removes all groups; their processes should be gone. */
  async close(): Promise<void> {
    for (const groups of Object.values(this.#groups)) {
      for (const { cgroup, entry } of groups.values()) {
        await removeCgroup(cgroup.path);
        this.#journal.strike(entry);
      }
    }
  }

  /** Writes a limit, and sees that it is as it was written. */
  #set({ cgroup }: Group, controller: Controller, value: string): void {
    const file = limitFiles[controller][cgroup.version];
    writeMember(cgroup, file, value);
    const found = readMember(cgroup, file);
    if (found !== value) throw new Error(`${cgroup.path}/${file} is ${found}, though ${value} was written`);
  }

  /** Sees that all processes of a node are in its group. */
  #gather(node: NodeId, cgroup: Cgroup): void {
    const leader = this.#leader(node);
    if (leader === undefined) return;
    // Those that were forked by one that was not in it yet.
    for (let look = 0; look < 5; look++) {
      const members = new Set(membersOf(cgroup.path));
      const outside = processTree(leader).filter(({ pid }) => !members.has(pid));
      if (outside.length === 0) return;
      for (const { pid } of outside) moveInto(cgroup, pid);
    }
  }

  #group(controller: Controller, node: NodeId): Group {
    const group = this.#groups[controller].get(node);
    if (group === undefined) throw new Error(`the ${controller} of nodes cannot be limited in this run`);
    return group;
  }
}

/** How often processes had to wait since their share of a processor was used up. */
function throttled(cgroup: Cgroup): number {
  return Number(/^nr_throttled (\d+)$/m.exec(readMember(cgroup, "cpu.stat"))?.[1] ?? 0);
}

/** How often processes wanted more memory than there was for them. */
function limitReached(cgroup: Cgroup): number {
  if (cgroup.version === 1) return Number(readMember(cgroup, "memory.failcnt"));
  return Number(/^max (\d+)$/m.exec(readMember(cgroup, "memory.events"))?.[1] ?? 0);
}
