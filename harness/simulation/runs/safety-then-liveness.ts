import { nemesis } from "../../../histories/operation.ts";
import type { Json } from "../../../histories/json.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import { ask, done, earlier, followedBy, pending, tell } from "../../../workloads/generators/answers.ts";
import { take, type Ready } from "../../../workloads/generators/choice.ts";
import type { Context, Event, Generator, Next } from "../../../workloads/generators/generator.ts";
import { nothing, type Plan } from "../../../workloads/generators/plan.ts";
import { clients, nemesis as onNemesis } from "../../../workloads/generators/threads.ts";
import type { Random } from "../../../workloads/random.ts";
import { coreOf, fates, healF, stabilizeF } from "../nemesis.ts";

export interface PhaseOptions {
  readonly nodes: readonly NodeId[];
  /** How many nodes may be broken while the rest makes progress. */
  readonly tolerated: number;
  /** What is done by clients, and to the system. */
  readonly workload: Plan;
  readonly faults: Plan;
  /** Nanoseconds: how long faults strike, how long progress may take then, how long clients go on when all is healed. */
  readonly safety: number;
  readonly liveness: number;
  readonly afterwards: number;
}

/**
 * The plan of a simulated run: clients act throughout. First faults strike. Then a quorum, drawn by chance, is healed
 * and stays so, and the rest is broken in ways drawn by chance; as soon as the quorum has carried out an
 * operation that is more than a read, or when that takes too long, everything is healed, and clients go on for a while.
 */
export function safetyThenLiveness(options: PhaseOptions): Generator {
  const { workload, faults, safety } = options;
  return new Phases(options, {
    name: "safety",
    workload: clients(workload),
    faults: onNemesis(faults),
    length: safety,
    core: [],
    fresh: [],
  });
}

interface Phase {
  readonly name: "safety" | "stabilizing" | "liveness" | "healing" | "afterwards";
  readonly workload: Generator;
  readonly faults: Generator;
  /** How long it lasts; Infinity until what it waits for has happened. */
  readonly length: number;
  /** When it ends; undefined before it was first asked. */
  readonly deadline?: number;
  /** The quorum that was healed. */
  readonly core: readonly NodeId[];
  /** Threads that asked it for more than a read since then, and wait. */
  readonly fresh: readonly number[];
}

class Phases implements Generator {
  readonly #options: PhaseOptions;
  readonly #phase: Phase;

  constructor(options: PhaseOptions, phase: Phase) {
    this.#options = options;
    this.#phase = phase;
  }

  next(context: Context): Next {
    const phase = this.#phase;
    const deadline = phase.deadline ?? context.time + phase.length;
    if (context.time >= deadline) return this.#following(phase.name).next(context);
    const single = this.#operation(context);
    if (single !== undefined) return single;
    const answers = [ask(phase.workload, context, "workload"), ask(phase.faults, context, "faults")] as const;
    const members = [phase.workload, phase.faults];
    let until = deadline === Infinity ? undefined : deadline;
    const ready: Ready[] = [];
    answers.forEach((answer, position) => {
      if (answer.kind === "done") members[position] = nothing;
      else if (answer.kind === "pending") {
        members[position] = answer.generator;
        until = earlier(until, answer.until);
      } else ready.push({ position, answer });
    });
    const taken = take(ready, context.random);
    if (taken !== undefined) members[taken.position] = taken.answer.generator;
    const [workload = nothing, faults = nothing] = members;
    const following = new Phases(this.#options, { ...phase, workload, faults, deadline });
    return taken === undefined ? pending(following, until) : followedBy(taken.answer, following);
  }

  update(context: Context, event: Event): Generator {
    const phase = this.#phase;
    const workload = tell(phase.workload, context, event, "workload");
    const faults = tell(phase.faults, context, event, "faults");
    const { thread } = event;
    if (thread === nemesis && event.f === stabilizeF) {
      // Who is in the quorum is known only when it was healed: nodes that stopped for good are not.
      const core = coreOf(event.value, this.#options.nodes);
      return new Phases(this.#options, { ...phase, workload, faults, core });
    }
    if (phase.name !== "liveness" || typeof thread !== "number") {
      if (workload === phase.workload && faults === phase.faults) return this;
      return new Phases(this.#options, { ...phase, workload, faults });
    }
    let { fresh } = phase;
    if (event.kind === "invoke") {
      const node = this.#node(thread);
      if (isUpdate(event.f) && node !== undefined && phase.core.includes(node)) fresh = [...fresh, thread];
    } else if (fresh.includes(thread)) {
      fresh = fresh.filter((other) => other !== thread);
      if (event.type === "ok") {
        return new Phases(this.#options, { ...phase, workload, faults }).#following("liveness");
      }
    }
    return new Phases(this.#options, { ...phase, workload, faults, fresh });
  }

  #following(name: Phase["name"]): Phases {
    const { liveness, afterwards } = this.#options;
    const { deadline: _, ...phase } = this.#phase;
    switch (name) {
      case "safety":
        return new Phases(this.#options, {
          ...phase,
          name: "stabilizing",
          faults: nothing,
          length: Infinity,
        });
      case "stabilizing":
        return new Phases(this.#options, { ...phase, name: "liveness", length: liveness });
      case "liveness":
        return new Phases(this.#options, { ...phase, name: "healing", length: Infinity });
      case "healing":
        return new Phases(this.#options, { ...phase, name: "afterwards", length: afterwards });
      case "afterwards":
        return new Phases(this.#options, { ...phase, workload: nothing, length: Infinity });
    }
  }

  /** The one operation of the nemesis with which a phase begins, if it does; the end of all of them. */
  #operation(context: Context): Next | undefined {
    const { name, workload, faults } = this.#phase;
    if (name === "afterwards") return workload === nothing && faults === nothing ? done : undefined;
    if (name !== "stabilizing" && name !== "healing") return undefined;
    if (!context.isFree(nemesis)) return pending(this);
    const { nodes, tolerated } = this.#options;
    const value = name === "healing" ? null : stabilization(nodes, tolerated, context.random);
    const following = this.#following(name);
    return {
      kind: "operation",
      operation: { f: name === "healing" ? healF : stabilizeF, value, thread: nemesis },
      generator: following,
    };
  }

  #node(thread: number | string): NodeId | undefined {
    const { nodes } = this.#options;
    return typeof thread === "number" ? nodes[thread % nodes.length] : undefined;
  }
}

/** Whether an operation of that function is more than a read, which a node may answer from what it has. */
export function isUpdate(f: string): boolean {
  return f !== "read";
}

/** Draws the quorum to be healed and what becomes of each other node. */
function stabilization(nodes: readonly NodeId[], tolerated: number, random: Random): Json {
  const order = random.shuffle(nodes);
  const core = order.slice(0, nodes.length - tolerated).toSorted();
  const rest = order.slice(nodes.length - tolerated).toSorted();
  return { core, rest: Object.fromEntries(rest.map((node) => [node, random.pick(fates)])) };
}
