import { join } from "node:path";

import type { NodeId } from "../../contracts/protocol.ts";
import type { Surroundings } from "../../contracts/system.ts";
import { machineOf } from "../machines.ts";
import { wholeNumberIn } from "../sql/session.ts";
import { untilItSucceeds } from "../until-it-succeeds.ts";
import { baseBackup, isStandby } from "./base-backup.ts";
import { owner, PostgresSession } from "./session.ts";

/** Mixed: every second client commits without waiting, as the manual (27.2.8.3) suggests for what matters less. */
export const replicationKinds = ["asynchronous", "synchronous", "mixed"] as const;
export type ReplicationKind = (typeof replicationKinds)[number];

/** How long the operator of a cluster waits for an answer, in milliseconds. */
const patience = 5_000;
/** How long a node waits for the primary from which it is to copy. */
const primaryPatience = 60_000;

/** A primary and the standbys that follow it by streaming replication (manual, 27.2.5). */
export class Replication {
  readonly #surroundings: Surroundings;
  readonly #kind: ReplicationKind;
  #primary: NodeId;

  constructor(surroundings: Surroundings, kind: ReplicationKind) {
    this.#surroundings = surroundings;
    this.#kind = kind;
    this.#primary = surroundings.nodes[0] ?? "";
  }

  get primary(): NodeId {
    return this.#primary;
  }

  /** What the client of a node says first that was opened as its `position`th, from 0. */
  greeting(position: number): readonly string[] {
    return this.#kind === "mixed" && position % 2 === 1 ? ["SET synchronous_commit = local"] : [];
  }

  data(node: NodeId): string {
    return join(this.#surroundings.directory(node), "data");
  }

  /**
   * Makes the data of a node that is about to start fit its part: a standby's is a copy of the primary's, and so is that of an old primary, whose
   * own may hold what nobody else has. `create` makes those of the first primary; says whether it did.
   */
  async prepare(node: NodeId, create: () => Promise<void>): Promise<boolean> {
    const data = this.data(node);
    const fresh = node === this.#primary && !(await machineOf(this.#surroundings, node).exists(data));
    if (fresh) await create();
    else if (node !== this.#primary && !isStandby(data)) await this.#copy(node);
    await this.#configure(node);
    return fresh;
  }

  /** Makes the candidate that has most of the log the primary; those that are left follow it. */
  async promote(candidates: readonly NodeId[]): Promise<NodeId> {
    const received = await Promise.all(candidates.map((node) => this.#received(node)));
    const most = Math.max(...received);
    const chosen = candidates[received.indexOf(most)];
    if (chosen === undefined) throw new Error("no candidate for a primary");
    await this.#on(chosen, (session) => session.run("SELECT pg_promote(true, 30)"));
    this.#primary = chosen;
    for (const node of candidates) {
      await this.#configure(node);
      if (node !== chosen) await this.#on(node, (session) => session.run("SELECT pg_reload_conf()"));
    }
    return chosen;
  }

  async #copy(node: NodeId): Promise<void> {
    await untilItSucceeds(() => {
      const primary = this.#primary;
      return this.#on(primary, (session) => baseBackup(session, this.data(primary), this.data(node)));
    }, primaryPatience);
  }

  /** Bytes of the log that a standby has received. */
  async #received(node: NodeId): Promise<number> {
    return this.#on(node, async (session) => {
      const position = "COALESCE(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())";
      const [row = {}] = (await session.run(`SELECT CAST(${position} - '0/0' AS BIGINT) AS bytes`)).rows;
      return wholeNumberIn(row, "bytes") ?? 0;
    });
  }

  /** The operator's own way to a server, which no fault is on. */
  async #on<Result>(node: NodeId, body: (session: PostgresSession) => Promise<Result>): Promise<Result> {
    const session = await PostgresSession.open(this.#surroundings.address(node), patience);
    try {
      return await body(session);
    } finally {
      session.close();
    }
  }

  async #configure(node: NodeId): Promise<void> {
    const lines: string[] = [];
    if (node !== this.#primary) {
      const { host, port } = this.#surroundings.route(node, this.#primary);
      lines.push(`primary_conninfo = 'host=${host} port=${port} user=${owner} application_name=${node}'`);
    }
    if (this.#kind !== "asynchronous" && this.#surroundings.nodes.length > 1)
      lines.push("synchronous_standby_names = 'ANY 1 (*)'");
    const file = join(this.data(node), "postgresql.auto.conf");
    await machineOf(this.#surroundings, node).write(file, lines.map((line) => `${line}\n`).join(""));
  }
}
