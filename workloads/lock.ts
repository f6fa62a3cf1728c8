import type { Json } from "../histories/json.ts";
import { pending } from "./generators/answers.ts";
import type { Context, Event, Generator, Next, Thread } from "./generators/generator.ts";
import { concurrentKeys } from "./generators/keys.ts";
import { limit } from "./generators/limits.ts";
import { paced, wholeNumber } from "./pace.ts";
import { defaultThreadsPerKey } from "./register.ts";
import type { Workload, WorkloadOptions } from "./workload.ts";

/** A lock whose holder is not known to hold it is never released: its threads then go on to another. */
const defaultOperations = 40;

/**
 * Locks with fencing tokens (Kleppmann 2016): each client takes a lock and then releases it, with the token that it was
 * given. A lock has one holder at a time, and its tokens grow.
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
      argument: "the token that acquire gave to this client",
      result: "the same",
      example: { argument: 7, result: 7 },
    },
  ],
  settings: ["operationsPerKey", "threadsPerKey", "keys"],
  generator: locks,
  checks: () => [{ checker: "linearizable", model: "fenced-mutex" }],
};

function locks(options: WorkloadOptions): Generator {
  const { concurrency, keys = Infinity } = options;
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
      () => limit(operations, new AcquireAndRelease(new Map())),
    ),
  );
}

/** Whoever holds the lock releases it next; everybody else tries to take it. */
class AcquireAndRelease implements Generator {
  /** What threads that hold the lock were given. */
  readonly #tokens: ReadonlyMap<Thread, Json>;

  constructor(tokens: ReadonlyMap<Thread, Json>) {
    this.#tokens = tokens;
  }

  next({ free, random }: Context): Next {
    const clients = free.filter((thread) => thread !== "nemesis");
    if (clients.length === 0) return pending(this);
    const thread = random.pick(clients);
    const token = this.#tokens.get(thread);
    const operation =
      token === undefined ? { f: "acquire", value: null, thread } : { f: "release", value: token, thread };
    return { kind: "operation", operation, generator: this };
  }

  update(_context: Context, { kind, type, f, thread, value }: Event): Generator {
    if (kind !== "complete") return this;
    if (f === "acquire" && type === "ok")
      return new AcquireAndRelease(new Map(this.#tokens).set(thread, value));
    // Whether it was released or not: this client has it no longer, as far as it knows.
    if (f !== "release" || !this.#tokens.has(thread)) return this;
    const tokens = new Map(this.#tokens);
    tokens.delete(thread);
    return new AcquireAndRelease(tokens);
  }
}
