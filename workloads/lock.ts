import { sameValue, type Json } from "../histories/json.ts";
import { pending } from "./generators/answers.ts";
import type { Context, Event, Generator, Next, Thread } from "./generators/generator.ts";
import { concurrentKeys } from "./generators/keys.ts";
import { limit } from "./generators/limits.ts";
import { paced, wholeNumber } from "./pace.ts";
import { promised } from "./promise.ts";
import { defaultThreadsPerKey } from "./register.ts";
import type { Workload, WorkloadOptions } from "./workload.ts";

/** A lock whose holder is not known to hold it is never released: its threads then go on to another. */
const defaultOperations = 40;

/** Mutual exclusion, and that a lock is released by its token only: a release with another one fails. */
const fencedReleases = "fenced-releases";

/** Where that is promised, one of so many operations of a client that once held the lock is a release with the token of then. */
const operationsPerStaleRelease = 8;

/**
 * Locks with fencing tokens (Kleppmann 2016): each client takes a lock and then releases it, with the token that it was
 * given. A lock has one holder at a time, and its tokens grow. Of systems that promise `fenced-releases`, clients now and
 * then ask for a release with a token of theirs that is over, which must fail.
 */
export const lock: Workload = {
  name: "lock",
  summary: "clients take locks and release them, with fencing tokens that grow",
  operations: [
    {
      f: "acquire",
      argument: "null",
      result:
        "the fencing token, a whole number, greater than all before; fails while somebody holds the lock",
      example: { argument: null, result: 7 },
    },
    {
      f: "release",
      argument:
        "the token that acquire gave to this client; now and then one that is over, if that must fail",
      result: "the same",
      example: { argument: 7, result: 7 },
    },
  ],
  settings: ["operationsPerKey", "threadsPerKey", "keys", "promise"],
  // Of fencing alone, that tokens grow, and that one which is not the latest is refused, whoever still believes to hold the lock.
  promises: ["fencing", "mutual-exclusion", fencedReleases],
  generator: locks,
  checks: ({ promise = "mutual-exclusion" }) => [
    { checker: "linearizable", model: promised(lock, promise) === "fencing" ? "lease" : "fenced-mutex" },
  ],
};

function locks(options: WorkloadOptions): Generator {
  const { concurrency, keys = Infinity } = options;
  const isFenced = options.promise === fencedReleases;
  const operations = wholeNumber(
    "number of operations per key",
    options.operationsPerKey ?? defaultOperations,
    1,
  );
  return paced(
    options,
    concurrentKeys(
      options.threadsPerKey ?? defaultThreadsPerKey(concurrency),
      (position) => (position < keys ? position : undefined),
      () => limit(operations, new AcquireAndRelease(new Map(), isFenced ? new Map() : undefined)),
    ),
  );
}

/** Whoever holds the lock releases it next; everybody else tries to take it. */
class AcquireAndRelease implements Generator {
  /** What threads that hold the lock were given. */
  readonly #tokens: ReadonlyMap<Thread, Json>;
  /** What threads were given before and have released; absent where nobody asks for a release with that. */
  readonly #over: ReadonlyMap<Thread, Json> | undefined;

  constructor(tokens: ReadonlyMap<Thread, Json>, over: ReadonlyMap<Thread, Json> | undefined) {
    this.#tokens = tokens;
    this.#over = over;
  }

  next({ free, random }: Context): Next {
    const clients = free.filter((thread) => thread !== "nemesis");
    if (clients.length === 0) return pending(this);
    const thread = random.pick(clients);
    const over = this.#over?.get(thread);
    const isStale = over !== undefined && random.chance(1, operationsPerStaleRelease);
    const token = isStale ? over : this.#tokens.get(thread);
    const operation =
      token === undefined ? { f: "acquire", value: null, thread } : { f: "release", value: token, thread };
    return { kind: "operation", operation, generator: this };
  }

  update(_context: Context, { kind, type, f, thread, value }: Event): Generator {
    if (kind !== "complete") return this;
    if (f === "acquire" && type === "ok")
      return new AcquireAndRelease(new Map(this.#tokens).set(thread, value), this.#over);
    if (f !== "release") return this;
    // Whether it was released or not: this client has it no longer, as far as it knows. One without an answer is another client.
    const token = this.#tokens.get(thread);
    const isOwn = token !== undefined && sameValue(value, token);
    if (token === undefined || (!isOwn && type !== "info")) return this;
    const tokens = new Map(this.#tokens);
    tokens.delete(thread);
    // If it is not known to be released, its token may be good yet.
    const isOver = isOwn && type === "ok";
    return new AcquireAndRelease(
      tokens,
      isOver && this.#over ? new Map(this.#over).set(thread, token) : this.#over,
    );
  }
}
