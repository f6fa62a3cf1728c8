import type { Json } from "../../../histories/json.ts";
import type { CrashKind } from "../simulated-world.ts";
import type { Choices } from "../choices.ts";
import { copyOf } from "./copy.ts";

/**
 * A node's disk: what is on stable storage, and what was written since, in order. Writes are counted; those
 * below `durable` are stable. One commit is under way at a time; who asks meanwhile shares the next one, as
 * with the store of real processes.
 */
export class NodeStorage {
  readonly #stable = new Map<string, Json>();
  readonly #keys: string[] = [];
  readonly #values: Json[] = [];
  persisted = 0;
  durable = 0;
  /** Up to where somebody wants it stable. */
  wanted = 0;
  /** Up to where the commit under way goes; equals `durable` when there is none. */
  committing = 0;

  persist(key: string, value: Json): void {
    this.#keys.push(key);
    this.#values.push(value);
    this.persisted++;
  }

  /** Whether a commit must begin. */
  idleAndWanted(): boolean {
    return this.wanted > this.durable && this.committing === this.durable;
  }

  beginCommit(): void {
    this.committing = this.persisted;
  }

  /** The commit under way is done. */
  committed(): void {
    this.#settle(this.committing - this.durable);
    this.durable = this.committing;
  }

  /** The power is lost: of what was not stable, a beginning survives. A torn last write counts as not there. Whether anything was lost. */
  crash(kind: CrashKind, choices: Choices): boolean {
    const unsynced = this.persisted - this.durable;
    let lost = 0;
    switch (kind) {
      case "nothing-lost":
        this.#settle(unsynced);
        break;
      case "unsynced-lost":
        lost = choices.choose(unsynced + 1, "writes lost");
        this.#settle(unsynced - lost);
        break;
      case "amnesia":
        lost = unsynced + this.#stable.size;
        this.#stable.clear();
        break;
    }
    this.#forget();
    return lost > 0;
  }

  /** All that was written before write number `upTo` is stable, and nothing of what came after ever will be. */
  cutAt(upTo: number): void {
    this.#settle(Math.max(0, upTo - this.durable));
    this.#forget();
  }

  /** What a node finds when it starts: copies. */
  read(): Map<string, Json> {
    const found = new Map<string, Json>();
    for (const [key, value] of this.#stable) found.set(key, copyOf(value));
    return found;
  }

  #settle(count: number): void {
    for (let i = 0; i < count; i++) this.#stable.set(this.#keys[i] ?? "", this.#values[i] ?? null);
    if (count === this.#keys.length) {
      this.#keys.length = 0;
      this.#values.length = 0;
    } else {
      this.#keys.splice(0, count);
      this.#values.splice(0, count);
    }
  }

  #forget(): void {
    this.#keys.length = 0;
    this.#values.length = 0;
    this.durable = this.wanted = this.committing = this.persisted;
  }
}
