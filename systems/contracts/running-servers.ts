import type { NodeId } from "./protocol.ts";
import type { Address, Cluster, Surroundings, SystemSettings } from "./system.ts";

/** What a run of servers that run already is about. */
export interface RunningOptions {
  readonly workload?: string;
  /** A value for each of the settings that mean something here. */
  readonly settings?: SystemSettings;
  /** The server of each node, as its user named it. */
  readonly urls: ReadonlyMap<NodeId, URL>;
  /** Letters, digits and underscores that no other run has: by this name goes all that the run makes on the servers. */
  readonly name: string;
  /** Whether to leave there what the run has made. */
  readonly keep: boolean;
}

/**
 * How a system is tested on servers that its user already runs (`--url`, once for each node). Nothing is started, killed or set up; what is
 * on the servers is not touched, and what the run makes there is its own and goes away with it.
 */
export interface RunningServers {
  /** What a URL looks like: "postgres://user:password@host:5432/database". */
  readonly example: string;
  /** The system's settings that mean something for servers which somebody else has set up. */
  readonly settings: readonly string[];
  /** Where the server listens; throws a `UsageError` for a URL of another form. */
  address(url: URL): Address;
  /**
   * As a system's `open`. Clients speak to `route("clients", node)`, which passes a fault proxy, and the system itself to `address(node)`. `start`
   * waits until the server answers, and makes what the workload needs; `close` takes that away. What spawns and runs processes throws.
   */
  open(surroundings: Surroundings, options: RunningOptions): Promise<Cluster>;
}
