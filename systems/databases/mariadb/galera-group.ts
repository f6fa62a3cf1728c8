import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { UsageError } from "../../../histories/errors.ts";
import type { NodeId } from "../../contracts/protocol.ts";
import type { ProcessSpecification, Surroundings } from "../../contracts/system.ts";
import { installedProgram } from "../installed.ts";
import type { AsOrdinaryUser } from "../ordinary-user.ts";
import { tables } from "../sql/tables.ts";
import { mariadbDialect } from "./dialect.ts";
import { database } from "./session.ts";

/** Where Debian has the replication library. */
const provider = "/usr/lib/galera/libgalera_smm.so";

/** The paths of what a group needs; a usage error that says what is missing. */
export function galeraPrograms(): { readonly server: string; readonly install: string } {
  if (!existsSync(provider)) {
    throw new UsageError(
      `Galera is needed for this and not installed: no ${provider}. On Debian: apt-get install galera-4 mariadb-server rsync.`,
      "E_SERVER_MISSING",
    );
  }
  // With these a node that has missed too much gets the whole state of another.
  installedProgram("wsrep_sst_rsync", "mariadb-server");
  installedProgram("rsync", "rsync");
  return {
    server: installedProgram("mariadbd", "mariadb-server-core"),
    install: installedProgram("mariadb-install-db", "mariadb-server-core"),
  };
}

/** How often nodes look for one another, when they give one up, how much a node keeps for one that was away, and for how long one looks for the others. */
const providerOptions = {
  "evs.keepalive_period": "PT0.5S",
  "evs.inactive_check_period": "PT0.25S",
  "evs.suspect_timeout": "PT2S",
  "evs.inactive_timeout": "PT4S",
  "evs.install_timeout": "PT4S",
  "pc.wait_prim_timeout": "PT10M",
  "gcache.size": "32M",
};

/** Nodes of MariaDB that replicate to one another by Galera. All begin with copies of the data of the first. */
export class GaleraGroup {
  readonly #surroundings: Surroundings;
  readonly #ordinary: AsOrdinaryUser;
  /** What the user chose, as arguments of the server. */
  readonly #chosen: readonly string[];
  #founded: Promise<void> | undefined;
  /** Where nodes stood in the order of all writes when they stopped. */
  readonly #positions = new Map<NodeId, string>();
  /** Nodes that start at the same time are looked at one after the other. */
  #preparing: Promise<unknown> = Promise.resolve();

  constructor(surroundings: Surroundings, ordinary: AsOrdinaryUser, chosen: readonly string[]) {
    this.#surroundings = surroundings;
    this.#ordinary = ordinary;
    this.#chosen = chosen;
  }

  /** Makes the data of all nodes at the first call; later finds out where a node stands that is about to be started again. */
  prepare(node: NodeId): Promise<void> {
    const done = this.#preparing.then(() => this.#prepare(node));
    this.#preparing = done.catch(() => undefined);
    return done;
  }

  async #prepare(node: NodeId): Promise<void> {
    const before = this.#founded;
    this.#founded ??= this.#found();
    await this.#founded;
    if (before === undefined || !this.#wasThere(node)) return;
    await this.#recover(node);
    if (this.#nobodyCanBegin()) await this.#chooseBeginner(node);
  }

  #wasThere(node: NodeId): boolean {
    return existsSync(this.#file(node, "galera.cache"));
  }

  /** Whether all nodes have stopped, and would wait for one another for ever once they are back (Galera's manual, "Resetting the quorum"). */
  #nobodyCanBegin(): boolean {
    const { nodes } = this.#surroundings;
    if (nodes.some((node) => this.#surroundings.alive(node) || !this.#wasThere(node))) return false;
    if (nodes.some((node) => isLast.test(this.#state(node)))) return false;
    const views = nodes.map((node) => viewIn(this.#read(node, "gvwstate.dat")));
    const isBack = (member: string, id: string): boolean =>
      views.some((view) => view?.own === member && view.id === id);
    // Those that were killed together find their view again, if all of it comes back.
    return !views.some((view) => view?.members.every((member) => isBack(member, view.id)));
  }

  /** As the manual has it: who got furthest is told that it may begin, and the others join. */
  async #chooseBeginner(starting: NodeId): Promise<void> {
    const others = this.#surroundings.nodes.filter((other) => other !== starting);
    let beginner = starting;
    for (const node of others) {
      await this.#recover(node);
      if (this.place(node) > this.place(beginner)) beginner = node;
    }
    for (const node of this.#surroundings.nodes) rmSync(this.#file(node, "gvwstate.dat"), { force: true });
    const state = this.#state(beginner).replace(/(safe_to_bootstrap:) 0/, "$1 1");
    writeFileSync(this.#file(beginner, "grastate.dat"), state);
  }

  /** Up to which write a node had come when it stopped last; −1 if that is not known. */
  place(node: NodeId): number {
    return Number(/:(-?\d+)$/.exec(this.#positions.get(node) ?? "")?.[1] ?? -1);
  }

  /** Takes away all that a node has, so that it joins the group anew and gets the state of another. */
  forget(node: NodeId): void {
    this.#positions.delete(node);
    const data = this.#file(node, "");
    for (const name of readdirSync(data)) rmSync(join(data, name), { recursive: true, force: true });
  }

  /** How the server of a node is started. */
  server(node: NodeId): ProcessSpecification {
    const position = this.#positions.get(node);
    // Whoever left last, or got furthest, knows all there is, and the group begins with it.
    const begins = isLast.test(this.#state(node));
    return this.#mariadbd(node, [
      ...(begins ? ["--wsrep-new-cluster"] : []),
      ...(position === undefined ? [] : [`--wsrep-start-position=${position}`]),
    ]);
  }

  /** Data of the first node, which has been a group by itself and made the tables, and copies of them for the others. */
  async #found(): Promise<void> {
    const [first = "", ...others] = this.#surroundings.nodes;
    const { install } = galeraPrograms();
    const data = this.#file(first, "");
    const installation = ["--auth-root-authentication-method=normal", "--skip-test-db", logSize];
    await this.#surroundings.run(
      first,
      this.#ordinary({
        command: install,
        arguments: ["--no-defaults", `--datadir=${data}`, ...installation],
      }),
    );
    const initial = join(this.#surroundings.directory(first), "init.sql");
    const statements = [
      `CREATE DATABASE ${database}`,
      `USE ${database}`,
      ...tables(mariadbDialect),
      "SHUTDOWN",
    ];
    writeFileSync(initial, statements.map((statement) => `${statement};\n`).join(""));
    await this.#surroundings.run(
      first,
      this.#mariadbd(first, ["--wsrep-new-cluster", `--init-file=${initial}`]),
    );
    for (const rest of ["galera.cache", "gvwstate.dat"]) rmSync(this.#file(first, rest), { force: true });
    for (const other of others) {
      cpSync(data, this.#file(other, ""), { recursive: true });
      writeFileSync(
        this.#file(other, "grastate.dat"),
        this.#state(other).replace(/(safe_to_bootstrap:) 1/, "$1 0"),
      );
    }
  }

  /** Has the server say up to which write the data of a node that stopped have come. */
  async #recover(node: NodeId): Promise<void> {
    const log = join(this.#surroundings.directory(node), "recovery.log");
    rmSync(log, { force: true });
    await this.#surroundings.run(node, this.#mariadbd(node, ["--wsrep-recover", `--log-error=${log}`]));
    const position = /Recovered position: (\S+)/.exec(readFileSync(log, "utf8"))?.[1];
    if (position === undefined) this.#positions.delete(node);
    else this.#positions.set(node, position);
  }

  #mariadbd(node: NodeId, more: readonly string[]): ProcessSpecification {
    const { nodes } = this.#surroundings;
    const { host, port } = this.#surroundings.address(node);
    const at = (each: NodeId, name: string): string => {
      const address = this.#surroundings.address(each, name);
      return `${address.host}:${address.port}`;
    };
    const options = {
      "gmcast.listen_addr": `tcp://${at(node, "group")}`,
      "ist.recv_addr": at(node, "writes"),
      ...providerOptions,
    };
    return this.#ordinary({
      command: galeraPrograms().server,
      // Where state is copied, each file's sender would be looked up by its address, which nobody answers in a network namespace.
      environment: { RES_OPTIONS: "timeout:1 attempts:1" },
      arguments: [
        "--no-defaults",
        `--datadir=${this.#file(node, "")}`,
        `--bind-address=${host}`,
        `--port=${port}`,
        "--socket=socket",
        `--pid-file=${join(this.#surroundings.directory(node), "pid")}`,
        "--skip-grant-tables",
        "--skip-name-resolve",
        "--innodb-buffer-pool-size=32M",
        logSize,
        "--idle-transaction-timeout=3",
        "--innodb-lock-wait-timeout=1",
        // What replication asks for (Galera's manual, "Configuring MariaDB").
        "--binlog-format=ROW",
        "--innodb-autoinc-lock-mode=2",
        "--wsrep-on=ON",
        `--wsrep-provider=${provider}`,
        `--wsrep-provider-options=${Object.entries(options)
          .map(([name, value]) => `${name}=${value}`)
          .join(";")}`,
        `--wsrep-cluster-name=${database}`,
        `--wsrep-cluster-address=gcomm://${nodes.map((each) => at(each, "group")).join(",")}`,
        `--wsrep-node-name=${node}`,
        `--wsrep-node-address=${at(node, "group")}`,
        "--wsrep-sst-method=rsync",
        `--wsrep-sst-receive-address=${at(node, "state")}`,
        ...this.#chosen,
        ...more,
      ],
    });
  }

  /** What the library has written down of a node's state. */
  #state(node: NodeId): string {
    return this.#read(node, "grastate.dat");
  }

  #read(node: NodeId, name: string): string {
    const file = this.#file(node, name);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  /** A file of a node's data. */
  #file(node: NodeId, name: string): string {
    return join(this.#surroundings.directory(node), "data", name);
  }
}

const isLast = /^safe_to_bootstrap: 1$/m;

interface View {
  /** The node that kept it. */
  readonly own: string;
  readonly id: string;
  readonly members: readonly string[];
}

/** The group as a node that was killed saw it last (`gvwstate.dat`); undefined where it left in good order. */
function viewIn(kept: string): View | undefined {
  const own = /^my_uuid: (\S+)/m.exec(kept)?.[1];
  const id = /^view_id: (.+)$/m.exec(kept)?.[1];
  if (own === undefined || id === undefined) return undefined;
  return { own, id, members: [...kept.matchAll(/^member: (\S+)/gm)].map(([, member = ""]) => member) };
}

/** Enough for workloads, and little to copy. */
const logSize = "--innodb-log-file-size=8M";
