import type { NodeId } from "../../systems/contracts/protocol.ts";
import { allDone } from "../all-done.ts";
import type { FaultJournal } from "../journal.ts";
import type { NodeClocks } from "../local/clock/node-clocks.ts";
import { noSkew, type Skew } from "../local/clock/skew.ts";
import { RemoteClock } from "./remote-clock.ts";
import type { RemoteShell } from "./remote-shell.ts";

interface Known {
  readonly clock: RemoteClock;
  /** How far it was ahead of ours before anything was done to it, in milliseconds. */
  readonly before: number;
  skew: Skew;
  entry: number | undefined;
}

/** The clocks of other machines, each of which has one of its own: they can be set, and so jump; their pace is the kernel's. */
export class RemoteClocks implements NodeClocks {
  readonly tolerance = 300;
  readonly #shells: ReadonlyMap<NodeId, RemoteShell>;
  readonly #journal: FaultJournal;
  readonly #clocks: ReadonlyMap<NodeId, Known>;

  private constructor(
    shells: ReadonlyMap<NodeId, RemoteShell>,
    journal: FaultJournal,
    clocks: ReadonlyMap<NodeId, Known>,
  ) {
    this.#shells = shells;
    this.#journal = journal;
    this.#clocks = clocks;
  }

  /** Looks at every clock, so as to know where it belongs. */
  static async open(shells: ReadonlyMap<NodeId, RemoteShell>, journal: FaultJournal): Promise<RemoteClocks> {
    const clocks = await allDone(
      [...shells].map(async ([node, shell]): Promise<[NodeId, Known]> => {
        const clock = await RemoteClock.open(shell);
        const { ahead: before } = await clock.look();
        return [node, { clock, before, skew: { ...noSkew, offset: before }, entry: undefined }];
      }),
    );
    return new RemoteClocks(shells, journal, new Map(clocks));
  }

  environment(): Record<string, string> {
    return {};
  }

  started(): void {
    // It reads the clock of its machine.
  }

  async set(node: NodeId, skew: Skew): Promise<void> {
    if (skew.rate !== 1 || skew.period !== 0)
      throw new Error("the clock of another machine can be set, and its pace cannot");
    const known = this.#known(node);
    const ssh = this.#shells.get(node)?.target;
    if (ssh === undefined) throw new Error(`no machine for node ${node}`);
    const { clock, before } = known;
    if (skew.offset === 0) {
      if (known.entry !== undefined) await clock.setRight(before);
    } else {
      known.entry ??= this.#journal.enter({ kind: "remote-clock", node, ssh, before });
      await clock.setAhead(before + skew.offset);
    }
    known.skew = { ...skew, offset: before + skew.offset };
  }

  skewOf(node: NodeId): Skew {
    return this.#known(node).skew;
  }

  settled(node: NodeId): void {
    const known = this.#known(node);
    if (known.entry !== undefined) this.#journal.strike(known.entry);
    known.entry = undefined;
  }

  async close(): Promise<void> {
    await allDone(
      [...this.#clocks].map(async ([node, { clock, before, entry }]) => {
        try {
          if (entry !== undefined) await clock.setRight(before);
          this.settled(node);
        } finally {
          await clock.close();
        }
      }),
    );
  }

  #known(node: NodeId): Known {
    const known = this.#clocks.get(node);
    if (known === undefined) throw new Error(`no machine for node ${node}`);
    return known;
  }
}
