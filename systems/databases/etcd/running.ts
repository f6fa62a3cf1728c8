import type { NodeId } from "../../contracts/protocol.ts";
import type { RunningServers } from "../../contracts/running-servers.ts";
import type { Address } from "../../contracts/system.ts";
import { UsageError } from "../../../histories/errors.ts";
import { inTurn, nodeAt, OfNoUse, takeAway, untilUsable } from "../running.ts";
import { addressIn, commonLogin, tlsIn, type UrlForm } from "../server-url.ts";
import { VersionedClient } from "../versioned/client.ts";
import { programOf } from "../versioned/programs.ts";
import { EtcdLocks } from "./locks.ts";
import { answers } from "./server.ts";
import { EtcdStore, loadEtcd3, openEtcd, within, type EtcdAccess } from "./store.ts";

const form: UrlForm = {
  example: "http://user:password@host:2379, or https://…?ca=file&cert=file&key=file",
  protocols: ["http"],
  // What a URL of these means that names no port.
  port: 80,
  tls: { protocols: ["https"], port: 443 },
};
/** How long a client waits for a connection, and for each answer, in milliseconds. */
const patience = 2_000;
/** The shortest that etcd grants with its usual election timeout. */
const leaseSeconds = 2;

/** Members of etcd that run already: all keys of a run begin with its name and a slash. */
export const runningEtcd: RunningServers = {
  example: form.example,
  settings: ["reads"],
  address: (url) => addressIn(url, form),
  async open(surroundings, { urls, name, keep, workload = "register", settings = {} }) {
    await loadEtcd3();
    const prefix = `${name}/`;
    const accesses = accessesOf(urls);
    const accessOf = (node: NodeId): EtcdAccess => accesses.get(node) ?? {};
    const program = workload === "lock" ? undefined : programOf(workload);
    const serializable = settings["reads"] === "serializable";
    const direct = (node: NodeId) => openEtcd(surroundings.address(node), patience, accessOf(node));
    let cluster: { readonly id: string; readonly node: NodeId; readonly version: string } | undefined;

    const turn = inTurn();
    return {
      start: (node) =>
        turn(() =>
          untilUsable(surroundings, node, async () => {
            const client = await direct(node);
            try {
              const { header, version } = await client.maintenance.status(within(patience));
              if (cluster !== undefined && header.cluster_id !== cluster.id)
                throw new OfNoUse(`it is a member of another cluster than that of ${cluster.node}`);
              // Whether the user may write there.
              await client.kv.put({ key: Buffer.from(prefix), value: Buffer.from(name) }, within(patience));
              cluster ??= { id: header.cluster_id, node, version };
            } finally {
              client.close();
            }
          }),
        ),
      openClient(node) {
        const address = surroundings.route("clients", node);
        const access = accessOf(node);
        return Promise.resolve(
          program === undefined
            ? new EtcdLocks({
                patience,
                leaseSeconds,
                prefix,
                connect: () => openEtcd(address, patience, access),
              })
            : new VersionedClient({
                program,
                connect: () => EtcdStore.open(address, { patience, serializable, prefix, access }),
              }),
        );
      },
      ping: (address: Address, milliseconds) => {
        const node = nodeAt(surroundings, address);
        return answers(address, milliseconds, node === undefined ? undefined : accessOf(node).tls);
      },
      version: () => Promise.resolve(cluster === undefined ? undefined : `etcd ${cluster.version}`),
      async close() {
        if (keep || cluster === undefined) return;
        await takeAway(
          surroundings.nodes,
          async (node) => {
            const client = await direct(node);
            try {
              await client.kv.deleteRange(
                // Up to the first key that begins otherwise: "0" comes after "/".
                { key: Buffer.from(prefix), range_end: Buffer.from(`${name}0`) },
                within(patience),
              );
            } finally {
              client.close();
            }
          },
          { what: `keys that begin with ${prefix}`, how: `etcdctl del --prefix ${prefix}` },
        );
      },
    };
  },
};

/** How each member is come to. */
function accessesOf(urls: ReadonlyMap<NodeId, URL>): ReadonlyMap<NodeId, EtcdAccess> {
  const { user, password, database } = commonLogin(urls);
  if (database !== "")
    throw new UsageError(
      `Expected no path in a URL of etcd, found /${database}: keys of a run begin with its own name.`,
      "E_URL",
    );
  const login = user === "" ? {} : { login: { user, password } };
  return new Map(
    [...urls].map(([node, url]) => {
      const tls = tlsIn(url, form);
      return [node, { ...login, ...(tls === undefined ? {} : { tls }) }] as const;
    }),
  );
}
