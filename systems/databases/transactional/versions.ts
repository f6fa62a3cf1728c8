import type { Json } from "../../../histories/json.ts";

/** A committed version of a key. */
export interface Version {
  readonly value: Json;
  /** Its place in the order of all that was committed, from 1. */
  readonly commit: number;
  /** When it was committed, in milliseconds. */
  readonly time: number;
  /** Where. */
  readonly site: number;
}

/** What a transaction wrote to a key: a new value, or what is to come at the end of a list. */
export type Write =
  | { readonly kind: "set"; readonly value: Json }
  | { readonly kind: "append"; readonly elements: readonly Json[] };

/** Versions that nobody can see any more are thrown away when a key has so many. */
const crowded = 64;

/** Every key with its committed versions, the oldest first. A key without versions, or with null, is not there. */
export class Versions {
  readonly #keys = new Map<string, Version[]>();
  #commits = 0;

  /** How many versions were committed. */
  get commits(): number {
    return this.#commits;
  }

  /** The latest version of a key among those that `sees` accepts. */
  latest(key: string, sees: (version: Version) => boolean): Version | undefined {
    return this.#keys.get(key)?.findLast(sees);
  }

  /** The keys that begin with `prefix`. */
  *keys(prefix: string): Generator<string> {
    for (const key of this.#keys.keys()) if (key.startsWith(prefix)) yield key;
  }

  /** Whether a key has a version that `sees` does not accept. */
  hasUnseen(key: string, sees: (version: Version) => boolean): boolean {
    return this.#keys.get(key)?.some((version) => !sees(version)) ?? false;
  }

  /** Adds versions as one commit; none of those before `horizon` but the latest is needed any more. */
  commit(writes: Iterable<readonly [string, Write]>, site: number, time: number, horizon: number): void {
    const commit = ++this.#commits;
    for (const [key, write] of writes) {
      const versions = this.#keys.get(key) ?? [];
      const before = versions.at(-1)?.value ?? null;
      versions.push({ value: applied(before, write), commit, time, site });
      this.#keys.set(key, versions);
      if (versions.length > crowded) this.#keys.set(key, needed(versions, horizon));
    }
  }
}

/** What a key holds after a write. */
export function applied(before: Json, write: Write): Json {
  if (write.kind === "set") return write.value;
  return [...(Array.isArray(before) ? (before as readonly Json[]) : []), ...write.elements];
}

/** The versions from the last one of before `horizon` on. */
function needed(versions: Version[], horizon: number): Version[] {
  const old = versions.findLastIndex(({ time }) => time < horizon);
  return old <= 0 ? versions : versions.slice(old);
}
