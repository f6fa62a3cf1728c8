import type { Context, Event, Generator, Next, Thread } from "./generator.ts";
import { ask, done, earlier, followedBy, GeneratorError, pending, tell } from "./answers.ts";
import { checkCount } from "./arguments.ts";
import { any, kept, take, type Ready } from "./choice.ts";
import { generator, nothing, type Plan } from "./plan.ts";

/** A plan that may use, and hears of, only the threads for which `accept` holds. */
export function onThreads(accept: (thread: Thread) => boolean, plan: Plan): Generator {
  return new OnThreads("onThreads", new ThreadChoice(accept), generator(plan));
}

/** A plan on the client threads; with a second one, that beside it on the nemesis thread. */
export function clients(plan: Plan, nemesisPlan?: Plan): Generator {
  const onClients = new OnThreads("clients", new ThreadChoice(isClient), generator(plan));
  return nemesisPlan === undefined ? onClients : any(onClients, nemesis(nemesisPlan));
}

/** A plan on the nemesis thread; with a second one, that beside it on the client threads. */
export function nemesis(plan: Plan, clientPlan?: Plan): Generator {
  const onNemesis = new OnThreads("nemesis", new ThreadChoice(isNemesis), generator(plan));
  return clientPlan === undefined ? onNemesis : any(clients(clientPlan), onNemesis);
}

function isClient(thread: Thread): boolean {
  return thread !== "nemesis";
}

function isNemesis(thread: Thread): boolean {
  return thread === "nemesis";
}

/** The threads of a context that are accepted; computed once, since a run's threads never change. */
class ThreadChoice {
  readonly accepts: (thread: Thread) => boolean;
  #of: readonly Thread[] | undefined;
  #chosen: readonly Thread[] = [];

  constructor(accepts: (thread: Thread) => boolean) {
    this.accepts = accepts;
  }

  among(threads: readonly Thread[]): readonly Thread[] {
    if (this.#of !== threads) {
      this.#of = threads;
      this.#chosen = threads.filter((thread) => this.accepts(thread));
    }
    return this.#chosen;
  }
}

class OnThreads implements Generator {
  readonly #name: string;
  readonly #choice: ThreadChoice;
  readonly #plan: Generator;

  constructor(name: string, choice: ThreadChoice, plan: Generator) {
    this.#name = name;
    this.#choice = choice;
    this.#plan = plan;
  }

  next(context: Context): Next {
    const answer = ask(this.#plan, context.on(this.#choice.among(context.threads)), this.#name);
    if (answer.kind === "done") return done;
    return followedBy(answer, new OnThreads(this.#name, this.#choice, answer.generator));
  }

  update(context: Context, event: Event): Generator {
    if (!this.#choice.accepts(event.thread)) return this;
    const inner = context.on(this.#choice.among(context.threads));
    const plan = tell(this.#plan, inner, event, this.#name);
    return plan === this.#plan ? this : new OnThreads(this.#name, this.#choice, plan);
  }
}

/** For every thread its own copy of a plan, which knows that thread only. Ends when all copies have ended. */
export function eachThread(plan: Plan): Generator {
  const beginning = generator(plan);
  return new Groups({
    name: "eachThread",
    groups: (context) => context.threads.map((thread) => [thread]),
    member: () => beginning,
    cache: new GroupCache(),
  });
}

/**
 * Threads set aside: the first `count` threads for the first plan, the next for the second, and so on; all
 * others for `rest`. So reads can go on while every other thread waits for a write, say. When several plans
 * have an operation, chance decides, in proportion to their threads.
 */
export function reserve(reserved: readonly (readonly [count: number, plan: Plan])[], rest: Plan): Generator {
  const counts = reserved.map(([count]) => checkCount("reserve", count, 1));
  const members = [...reserved.map(([, plan]) => generator(plan)), generator(rest)];
  const needed = counts.reduce((sum, count) => sum + count, 0);
  return new Groups({
    name: "reserve",
    groups: ({ threads }) => {
      if (threads.length < needed) {
        throw new GeneratorError(
          ["reserve"],
          `expected at least ${needed} threads to set aside, found ${threads.length}`,
        );
      }
      let from = 0;
      const groups = counts.map((count) => threads.slice(from, (from += count)));
      return [...groups, threads.slice(from)];
    },
    member: (position) => members[position] ?? nothing,
    cache: new GroupCache(),
  });
}

interface Grouping {
  readonly name: string;
  /** The threads of each group: disjoint, and the same for the same context threads. */
  groups(context: Context): readonly (readonly Thread[])[];
  /** The plan with which a group begins. */
  member(position: number): Generator;
  readonly cache: GroupCache;
}

/** The groups into which a context's threads fall; computed once, since a run's threads never change. */
export class GroupCache {
  #of: readonly Thread[] | undefined;
  groups: readonly (readonly Thread[])[] = [];
  readonly #position = new Map<Thread, number>();

  refresh(context: Context, compute: (context: Context) => readonly (readonly Thread[])[]): this {
    if (this.#of !== context.threads) {
      this.groups = compute(context);
      this.#of = context.threads;
      this.#position.clear();
      this.groups.forEach((threads, position) => {
        for (const thread of threads) this.#position.set(thread, position);
      });
    }
    return this;
  }

  position(thread: Thread): number | undefined {
    return this.#position.get(thread);
  }
}

/** Disjoint groups of threads, each with a generator of its own. */
class Groups implements Generator {
  readonly #grouping: Grouping;
  readonly #members: readonly Generator[] | undefined;

  constructor(grouping: Grouping, members?: readonly Generator[]) {
    this.#grouping = grouping;
    this.#members = members;
  }

  next(context: Context): Next {
    const grouping = this.#grouping;
    const { groups } = grouping.cache.refresh(context, (at) => grouping.groups(at));
    let members = this.#members ?? groups.map((_, position) => grouping.member(position));
    let until: number | undefined;
    let ended = 0;
    const ready: Ready[] = [];
    for (let position = 0; position < groups.length; position++) {
      const member = members[position] ?? nothing;
      const threads = groups[position] ?? [];
      if (threads.length === 0 || member === nothing) {
        ended++;
        continue;
      }
      const answer = ask(member, context.on(threads), grouping.name, position);
      if (answer.kind === "done") {
        members = kept(members, position, nothing);
        ended++;
      } else if (answer.kind === "pending") {
        members = kept(members, position, answer.generator);
        until = earlier(until, answer.until);
      } else ready.push({ position, answer });
    }
    if (ended === groups.length) return done;
    const taken = take(ready, context.random, (position) => groups[position]?.length ?? 0);
    if (taken === undefined) return pending(new Groups(grouping, members), until);
    members = kept(members, taken.position, taken.answer.generator);
    return followedBy(taken.answer, new Groups(grouping, members));
  }

  update(context: Context, event: Event): Generator {
    const grouping = this.#grouping;
    if (this.#members === undefined) return this;
    const cache = grouping.cache.refresh(context, (at) => grouping.groups(at));
    const position = cache.position(event.thread);
    const member = position === undefined ? undefined : this.#members[position];
    const threads = position === undefined ? undefined : cache.groups[position];
    if (position === undefined || member === undefined || threads === undefined) return this;
    const updated = tell(member, context.on(threads), event, grouping.name, position);
    return updated === member ? this : new Groups(grouping, kept(this.#members, position, updated));
  }
}
