import { setTimeout as sleep } from "node:timers/promises";

import type { NodeId } from "../../contracts/protocol.ts";
import type { Operator, Surroundings } from "../../contracts/system.ts";
import { textIn } from "../sql/session.ts";
import { MariadbSession } from "./session.ts";

/** How long one statement may take, in milliseconds. */
const patience = 2_000;
/**
 * How long a component that has every node in it may stay without being primary, in milliseconds: nodes that find the view again which they
 * were killed in are primary at once, and suspicions are over after four seconds.
 */
const wholePatience = 5_000;
/** The same where nodes are not in sight of one another: they may be starting, and nobody is heard of before he has begun. */
const scatteredPatience = 20_000;
/** How long all nodes may take to be synced in the end: one may have to copy the whole state of another. */
const syncPatience = 90_000;

/** What a node says of itself and of its component. */
interface Standing {
  readonly primary: boolean;
  /** Whether it serves, as a member of a primary component of all nodes. */
  readonly synced: boolean;
  /** How many nodes its component has. Those that start, and are heard by nobody else yet, count as well. */
  readonly size: number;
  /** Up to which write it has come. */
  readonly committed: number;
}

/**
 * What an operator does for a group whose nodes all run, and none of which is in a primary component: by Galera's manual, "Resetting the Quorum". It
 * never does so while there may be a primary component: there is none outside of a component that has every node in it, and none once all have ended.
 */
export class GaleraQuorum {
  readonly #surroundings: Surroundings;
  /** Up to which write a node had come when it was last started; −1 where that is not known. */
  readonly #startedAt: (node: NodeId) => number;
  readonly #start: (node: NodeId) => Promise<void>;

  constructor(
    surroundings: Surroundings,
    startedAt: (node: NodeId) => number,
    start: (node: NodeId) => Promise<void>,
  ) {
    this.#surroundings = surroundings;
    this.#startedAt = startedAt;
    this.#start = start;
  }

  /** Waits until all nodes are synced, and resets the quorum once if they are lost; says what it did. Throws if that did not help. */
  async recover({ end }: Operator): Promise<string | undefined> {
    const { nodes } = this.#surroundings;
    const begun = performance.now();
    let lost: number | undefined;
    let done: string | undefined;
    let reached = -1;
    for (;;) {
      const standings = await this.#look();
      if (nodes.every((node) => standings.get(node)?.synced === true)) {
        const behind = nodes.find((node) => (standings.get(node)?.committed ?? -1) < reached);
        if (behind === undefined) return done;
        throw new Error(`${done ?? ""}; but ${behind} lacks writes that a node had come to before`);
      }
      const now = performance.now();
      const all = [...standings.values()];
      // Whoever is not in a primary component that there is joins it, or copies the state of another, by itself.
      lost = all.some(({ primary }) => primary) ? undefined : (lost ?? now);
      const whole = all.some(({ size }) => size === nodes.length);
      if (
        done === undefined &&
        lost !== undefined &&
        now - lost > (whole ? wholePatience : scatteredPatience)
      ) {
        reached = Math.max(...nodes.map((node) => standings.get(node)?.committed ?? this.#startedAt(node)));
        const furthest = nodes.find((node) => {
          const standing = standings.get(node);
          return standing?.committed === reached && standing.size === nodes.length;
        });
        done = await (furthest === undefined ? this.#beginAgain(end, reached) : this.#bootstrap(furthest));
      }
      if (now - begun > syncPatience)
        throw new Error(`${done ?? "nothing was done"}; ${inWords(nodes, standings)}`);
      await sleep(200);
    }
  }

  /** Makes the component of a node primary. All of it becomes so, as one; of a component that is primary already, nothing. */
  async #bootstrap(node: NodeId): Promise<string | undefined> {
    const session = await MariadbSession.open(this.#surroundings.address(node), patience);
    try {
      const { primary, size, committed } = await standingOf(session, this.#surroundings.nodes.length);
      // Looked at once more by the one that is told: else it is left for the next look.
      if (primary || size !== this.#surroundings.nodes.length) return undefined;
      await session.run("SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'");
      return `pc.bootstrap=YES on ${node}, which had come to write ${committed}: all nodes ran, and none was in a primary component`;
    } finally {
      session.close();
    }
  }

  /** Where whoever got furthest cannot be asked, or they do not find one another: all end, and it begins (the manual, "Restarting the Cluster"). */
  async #beginAgain(end: Operator["end"], reached: number): Promise<string> {
    const { nodes } = this.#surroundings;
    await Promise.all(nodes.map((node) => end(node)));
    await Promise.all(nodes.map((node) => this.#start(node)));
    return `all nodes ended and started again, first the one that had come to write ${reached}: all ran, and none was in a primary component`;
  }

  /** What those nodes say that answer; one that looks for the others answers nobody. */
  async #look(): Promise<ReadonlyMap<NodeId, Standing>> {
    const { nodes } = this.#surroundings;
    const answers = await Promise.all(
      nodes.map(async (node): Promise<readonly (readonly [NodeId, Standing])[]> => {
        try {
          const session = await MariadbSession.open(this.#surroundings.address(node), patience);
          try {
            return [[node, await standingOf(session, nodes.length)]];
          } finally {
            session.close();
          }
        } catch {
          return [];
        }
      }),
    );
    return new Map(answers.flat());
  }
}

async function standingOf(session: MariadbSession, all: number): Promise<Standing> {
  // Else a node without a component would wait for what it has not got yet.
  await session.run("SET SESSION wsrep_sync_wait = 0");
  const { rows } = await session.run("SHOW GLOBAL STATUS LIKE 'wsrep%'");
  const told = new Map(rows.map((row) => [textIn(row, "Variable_name"), textIn(row, "Value")]));
  const primary = told.get("wsrep_cluster_status") === "Primary";
  const size = Number(told.get("wsrep_cluster_size"));
  const ready = told.get("wsrep_local_state_comment") === "Synced" && told.get("wsrep_ready") === "ON";
  return {
    primary,
    synced: primary && ready && size === all,
    size,
    committed: Number(told.get("wsrep_last_committed")),
  };
}

function inWords(nodes: readonly NodeId[], standings: ReadonlyMap<NodeId, Standing>): string {
  return nodes
    .map((node) => {
      const standing = standings.get(node);
      if (standing === undefined) return `${node} gives no answer`;
      return `${node} is in a ${standing.primary ? "primary" : "non-primary"} component of ${standing.size}`;
    })
    .join(", ");
}
