import { sameValue, type Json } from "../../histories/json.ts";
import type { Context, Event, Generator, Next, Thread } from "./generator.ts";
import { ask, done, earlier, followedBy, GeneratorError, pending, tell } from "./answers.ts";
import { checkCount } from "./arguments.ts";
import { kept, take, type Ready } from "./choice.ts";
import { generator, nothing, type Plan } from "./plan.ts";
import { GroupCache } from "./threads.ts";

/** Independent keys, in order: some, or a function of their number, which ends them with undefined. */
export type Keys = readonly Json[] | ((position: number) => Json | undefined);

/** What is done to one key; its operations get the key. */
export type KeyPlan = (key: Json) => Plan;

/** How many keys in a row may be without an operation before that is taken for an endless loop. */
const endless = 10_000;

function keyAt(keys: Keys, position: number): Json | undefined {
  return typeof keys === "function" ? keys(position) : keys[position];
}

/** The plan of one key: its operations carry the key, and it hears of operations on that key only. */
class OfKey implements Generator {
  readonly #key: Json;
  readonly #plan: Generator;

  constructor(key: Json, plan: Generator) {
    this.#key = key;
    this.#plan = plan;
  }

  next(context: Context): Next {
    const answer = ask(this.#plan, context, "key");
    if (answer.kind === "done") return done;
    const rest = new OfKey(this.#key, answer.generator);
    if (answer.kind !== "operation") return followedBy(answer, rest);
    const { f, key, value, thread } = answer.operation;
    if (key !== undefined) {
      throw new GeneratorError(
        ["key"],
        `expected operations without a key of their own, found ${JSON.stringify(answer.operation)}`,
      );
    }
    return { kind: "operation", operation: { f, key: this.#key, value, thread }, generator: rest };
  }

  update(context: Context, event: Event): Generator {
    if (event.key === undefined || !sameValue(event.key, this.#key)) return this;
    const plan = tell(this.#plan, context, event, "key");
    return plan === this.#plan ? this : new OfKey(this.#key, plan);
  }
}

/** Every key in turn: all threads work on one until its plan has ended, then go on to the next. */
export function sequentialKeys(keys: Keys, plan: KeyPlan): Generator {
  return generator((_context, position) => {
    const key = keyAt(keys, position);
    return key === undefined ? undefined : new OfKey(key, generator(plan(key)));
  });
}

/**
 * Several keys at a time: the client threads form groups of `threadsPerKey`, and each group takes the next
 * key that no group has had, works on it until its plan has ended, and then takes another. The number of
 * client threads is a multiple of `threadsPerKey`. Ends when the keys and all their plans have ended.
 */
export function concurrentKeys(threadsPerKey: number, keys: Keys, plan: KeyPlan): Generator {
  const size = checkCount("concurrentKeys", threadsPerKey, 1);
  return new ConcurrentKeys({ size, keys, plan, cache: new GroupCache() }, undefined, 0);
}

interface KeyGroups {
  readonly size: number;
  readonly keys: Keys;
  readonly plan: KeyPlan;
  readonly cache: GroupCache;
}

function groupsOf(size: number, context: Context): readonly (readonly Thread[])[] {
  const threads = context.threads.filter((thread) => thread !== "nemesis");
  if (threads.length === 0 || threads.length % size !== 0) {
    throw new GeneratorError(
      ["concurrentKeys"],
      `expected a multiple of ${size} client threads, ${size} for each key, found ${threads.length}`,
    );
  }
  return Array.from({ length: threads.length / size }, (_, i) => threads.slice(i * size, (i + 1) * size));
}

class ConcurrentKeys implements Generator {
  readonly #groups: KeyGroups;
  /** The plan of each group's key. */
  readonly #members: readonly Generator[] | undefined;
  /** The number of the next key that no group has had. */
  readonly #nextKey: number;

  constructor(groups: KeyGroups, members: readonly Generator[] | undefined, nextKey: number) {
    this.#groups = groups;
    this.#members = members;
    this.#nextKey = nextKey;
  }

  next(context: Context): Next {
    const { cache, size } = this.#groups;
    const { groups } = cache.refresh(context, (at) => groupsOf(size, at));
    let nextKey = this.#nextKey;
    let members = this.#members;
    if (members === undefined) {
      members = groups.map(() => this.#ofKey(nextKey++));
    }
    let until: number | undefined;
    let ended = 0;
    const ready: Ready[] = [];
    // The key that an operation not taken would have begun is begun again when that group is next asked.
    for (let position = 0; position < groups.length; position++) {
      const inner = context.on(groups[position] ?? []);
      let member = members[position] ?? nothing;
      let answer = member === nothing ? done : ask(member, inner, "concurrentKeys", position);
      for (let empty = 0; answer.kind === "done" && member !== nothing; empty++) {
        if (empty > endless) {
          throw new GeneratorError(["concurrentKeys"], `expected an operation on one of ${endless} keys`);
        }
        member = this.#ofKey(nextKey);
        if (member !== nothing) {
          nextKey++;
          answer = ask(member, inner, "concurrentKeys", position);
        }
        members = kept(members, position, member);
      }
      if (answer.kind === "done") ended++;
      else if (answer.kind === "pending") {
        members = kept(members, position, answer.generator);
        until = earlier(until, answer.until);
      } else ready.push({ position, answer });
    }
    if (ended === groups.length) return done;
    const taken = take(ready, context.random);
    if (taken === undefined) return pending(new ConcurrentKeys(this.#groups, members, nextKey), until);
    members = kept(members, taken.position, taken.answer.generator);
    return followedBy(taken.answer, new ConcurrentKeys(this.#groups, members, nextKey));
  }

  update(context: Context, event: Event): Generator {
    const { cache, size } = this.#groups;
    if (this.#members === undefined) return this;
    cache.refresh(context, (at) => groupsOf(size, at));
    const position = cache.position(event.thread);
    const member = position === undefined ? undefined : this.#members[position];
    if (position === undefined || member === undefined) return this;
    const inner = context.on(cache.groups[position] ?? []);
    const updated = tell(member, inner, event, "concurrentKeys", position);
    if (updated === member) return this;
    return new ConcurrentKeys(this.#groups, kept(this.#members, position, updated), this.#nextKey);
  }

  /** The plan of the key of that number; nothing when there is no such key. */
  #ofKey(position: number): Generator {
    const key = keyAt(this.#groups.keys, position);
    return key === undefined ? nothing : new OfKey(key, generator(this.#groups.plan(key)));
  }
}
