import { rootCertificates } from "node:tls";

import type { CallOptions } from "@grpc/grpc-js";
import type { Etcd3, IRangeResponse } from "etcd3";

import type { Address } from "../../contracts/system.ts";
import { clientLibrary } from "../client-library.ts";
import type { Login, TlsAccess } from "../server-url.ts";
import type { Change, Versioned, VersionedStore } from "../versioned/store.ts";

/** The client library; a usage error if it is not installed. */
export function loadEtcd3(): Promise<typeof import("etcd3")> {
  return clientLibrary("etcd3", () => import("etcd3"));
}

/** How a client comes to a member that somebody else has set up. */
export interface EtcdAccess {
  /** Nobody in particular unless given. */
  readonly login?: Pick<Login, "user" | "password">;
  readonly tls?: TlsAccess;
}

/**
 * Opens a client of one member that was seen to answer; connecting may take `patience` milliseconds. It sends each request once: the library
 * would send requests again whose outcome is unknown, so that what happened once could happen twice.
 */
export async function openEtcd(
  { host, port }: Address,
  patience: number,
  { login, tls }: EtcdAccess = {},
): Promise<Etcd3> {
  const { Etcd3 } = await loadEtcd3();
  const { noop } = await clientLibrary("cockatiel", () => import("cockatiel"));
  const open = (calls: CallOptions = {}): Etcd3 =>
    new Etcd3({
      hosts: `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}`,
      faultHandling: { host: () => noop, global: noop },
      defaultCallOptions: calls,
      ...(tls === undefined ? {} : { credentials: credentialsOf(tls) }),
      grpcOptions: {
        // A connection of its own, and no other way than to the member.
        "grpc.use_local_subchannel_pool": 1,
        "grpc.enable_http_proxy": 0,
        "grpc.enable_retries": 0,
        // The certificate is to be of the host that the user named.
        ...(tls === undefined
          ? {}
          : { "grpc.ssl_target_name_override": tls.named, "grpc.default_authority": tls.named }),
      },
    });
  const client = open(login === undefined ? {} : await bearing(open(), login, patience));
  try {
    await client.maintenance.status(within(patience));
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

/**
 * Logs in, and gives what has each call bear the token. The library does so by itself, but over a connection of its own making, which knows
 * nothing of the options of others and is never closed.
 */
async function bearing(
  door: Etcd3,
  { user, password }: Pick<Login, "user" | "password">,
  patience: number,
): Promise<CallOptions> {
  const { InterceptingCall } = await clientLibrary("@grpc/grpc-js", () => import("@grpc/grpc-js"));
  try {
    const { token } = await door.auth.authenticate({ name: user, password }, within(patience));
    return {
      interceptors: [
        (options, next) =>
          new InterceptingCall(next(options), {
            start(metadata, listener, begin) {
              metadata.set("token", token);
              begin(metadata, listener);
            },
          }),
      ],
    };
  } finally {
    door.close();
  }
}

/** In the library's words, which take no certificate of a client without authorities. */
function credentialsOf({ ca, cert, key }: TlsAccess): {
  rootCertificate: Buffer;
  privateKey?: Buffer;
  certChain?: Buffer;
} {
  return {
    rootCertificate: ca ?? Buffer.from(rootCertificates.join("\n")),
    ...(key === undefined ? {} : { privateKey: key }),
    ...(cert === undefined ? {} : { certChain: cert }),
  };
}

/** The options of a call that is to be answered in time. */
export function within(milliseconds: number): { deadline: number } {
  return { deadline: Date.now() + milliseconds };
}

/**
 * What etcd says of requests that it has not carried out and never will (its package `rpctypes`): refused before they were proposed, dropped
 * for want of a leader before they left the member, or found unfit, or not allowed, by every member alike.
 */
const refusals = [
  "etcdserver: too many requests",
  "etcdserver: request is too large",
  "etcdserver: mvcc: database space exceeded",
  "etcdserver: requested lease not found",
  "etcdserver: permission denied",
  "raft proposal dropped",
];

/** Whether an error says that nothing was written and never will be. */
export function refusedByEtcd(error: unknown): boolean {
  return error instanceof Error && refusals.some((refusal) => error.message.includes(refusal));
}

export interface EtcdStoreOptions {
  /** Milliseconds for connecting, and for each answer. */
  readonly patience: number;
  /** Whether reads are answered by the member alone, from what it knows. */
  readonly serializable: boolean;
  /** What every key begins with; nothing unless given. */
  readonly prefix?: string;
  readonly access?: EtcdAccess;
}

/** etcd as a store with versions: those of a key are the revisions at which it was changed. */
export class EtcdStore implements VersionedStore {
  readonly readsTogether = true;
  readonly #client: Etcd3;
  readonly #options: EtcdStoreOptions;

  private constructor(client: Etcd3, options: EtcdStoreOptions) {
    this.#client = client;
    this.#options = options;
  }

  static async open(address: Address, options: EtcdStoreOptions): Promise<EtcdStore> {
    return new EtcdStore(await openEtcd(address, options.patience, options.access), options);
  }

  #named(key: string): Buffer {
    return Buffer.from(`${this.#options.prefix ?? ""}${key}`);
  }

  async read(keys: readonly string[]): Promise<readonly Versioned[]> {
    const { serializable } = this.#options;
    const { responses } = await this.#client.kv.txn(
      { success: keys.map((key) => ({ request_range: { key: this.#named(key), serializable } })) },
      within(this.#options.patience),
    );
    return responses.map((response) => found(response.response_range));
  }

  async names(folder: string): Promise<readonly string[]> {
    const { serializable, patience } = this.#options;
    const first = this.#named(`${folder}/`);
    const { kvs } = await this.#client.kv.range(
      // Up to the first key that begins otherwise: "0" comes after "/".
      { key: first, range_end: this.#named(`${folder}0`), keys_only: true, serializable },
      within(patience),
    );
    return kvs.map(({ key }) => key.subarray(first.length).toString());
  }

  async put(key: string, text: string): Promise<void> {
    await this.#client.kv.put(
      { key: this.#named(key), value: Buffer.from(text) },
      within(this.#options.patience),
    );
  }

  async write(changes: readonly Change[]): Promise<boolean> {
    const { succeeded } = await this.#client.kv.txn(
      {
        // A key that is not there has revision 0.
        compare: changes.map(({ key, expected: { version = 0 } }) => ({
          key: this.#named(key),
          target: "Mod",
          result: "Equal",
          mod_revision: version,
        })),
        success: changes.flatMap(({ key, text }) =>
          text === undefined ? [] : [{ request_put: { key: this.#named(key), value: Buffer.from(text) } }],
        ),
      },
      within(this.#options.patience),
    );
    return succeeded;
  }

  refused(error: unknown): boolean {
    return refusedByEtcd(error);
  }

  close(): void {
    this.#client.close();
  }
}

function found({ kvs: [first] }: IRangeResponse): Versioned {
  if (first === undefined) return { text: undefined, version: undefined };
  return { text: first.value.toString(), version: Number(first.mod_revision) };
}
