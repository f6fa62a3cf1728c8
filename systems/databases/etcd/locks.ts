import type { Etcd3, Lease } from "etcd3";

import { canonical, type Json } from "../../../histories/json.ts";
import type { Client, Completion, Invocation } from "../../contracts/client.ts";
import { Refusal, unfit } from "../sql/operation.ts";
import { refusedByEtcd, within } from "./store.ts";

export interface EtcdLocksOptions {
  /** Milliseconds for connecting, and for each answer. */
  readonly patience: number;
  /** Seconds after which a lease ends that nobody keeps alive. */
  readonly leaseSeconds: number;
  /** Opens a connection that was seen to answer. */
  readonly connect: () => Promise<Etcd3>;
  /** What every key begins with; nothing unless given. */
  readonly prefix?: string;
}

/** The key of a lock, and that which is written whenever the lock is taken and outlives the lease. */
interface LockName {
  readonly lock: string;
  readonly latest: string;
}

/** A connection and the lease under which its locks are held. */
interface Session {
  readonly client: Etcd3;
  readonly lease: Lease;
  readonly leaseId: string;
}

/**
 * A client that takes locks as etcd's own recipe has it (package `concurrency`): a lock is a key that is made only if it is not there, under a
 * lease that the client keeps alive; the revision at which it was made is the fencing token. Who releases a lock names the token, and is refused if
 * somebody else has been given one since.
 */
export class EtcdLocks implements Client {
  readonly #options: EtcdLocksOptions;
  #session: Session | undefined;
  #closed = false;

  constructor(options: EtcdLocksOptions) {
    this.#options = options;
  }

  async invoke(invocation: Invocation): Promise<Completion> {
    const { f, key = null, value } = invocation;
    const { prefix = "" } = this.#options;
    const name: LockName = {
      lock: `${prefix}locks/${canonical(key)}`,
      latest: `${prefix}latest/${canonical(key)}`,
    };
    if (f !== "acquire" && (f !== "release" || typeof value !== "number"))
      throw unfit(invocation, "acquire, or release of a token");
    let sent = false;
    try {
      const session = await this.#connected();
      sent = true;
      const result =
        typeof value === "number" ? this.#release(session, name, value) : this.#acquire(session, name);
      return { type: "ok", value: await result };
    } catch (error) {
      if (error instanceof Refusal) return { type: "fail", error: ["refused", error.message] };
      const unknown = sent && !refusedByEtcd(error);
      // A lease goes on for a while without anybody to keep it alive: so it is with clients that are gone.
      this.#drop();
      return { type: unknown ? "info" : "fail", error: [sent ? "writing" : "connecting", messageOf(error)] };
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#drop();
    return Promise.resolve();
  }

  /** Takes the lock if nobody holds it; its token. */
  async #acquire({ client, leaseId }: Session, name: LockName): Promise<Json> {
    const key = Buffer.from(name.lock);
    const { succeeded, header } = await client.kv.txn(
      {
        compare: [{ key, target: "Create", result: "Equal", create_revision: 0 }],
        success: [
          { request_put: { key, value: Buffer.from(leaseId), lease: leaseId } },
          { request_put: { key: Buffer.from(name.latest), value: Buffer.from(leaseId) } },
        ],
      },
      within(this.#options.patience),
    );
    if (!succeeded) throw new Refusal("somebody holds the lock");
    return Number(header.revision);
  }

  /** Gives the lock back that was taken with a token, if that is the latest: its lease may have ended, as long as nobody else had it since. */
  async #release({ client }: Session, name: LockName, token: number): Promise<Json> {
    const { succeeded } = await client.kv.txn(
      {
        compare: [{ key: Buffer.from(name.latest), target: "Mod", result: "Equal", mod_revision: token }],
        success: [{ request_delete_range: { key: Buffer.from(name.lock) } }],
      },
      within(this.#options.patience),
    );
    if (!succeeded)
      throw new Refusal("the lock was lost: its lease ended, and somebody else has taken it since");
    return token;
  }

  async #connected(): Promise<Session> {
    if (this.#session?.lease.revoked() === false) return this.#session;
    this.#drop();
    const { patience, leaseSeconds, connect } = this.#options;
    const client = await connect();
    try {
      const lease = client.lease(leaseSeconds, within(patience));
      const session = { client, lease, leaseId: await lease.grant() };
      // Closed meanwhile: a lease that somebody keeps alive would keep the whole process up.
      if (this.#closed) throw new Error("the client was closed");
      this.#session = session;
      return session;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  #drop(): void {
    this.#session?.lease.release();
    this.#session?.client.close();
    this.#session = undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
