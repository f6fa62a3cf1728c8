import type { Monitor, Occasion, Violation } from "../../../checkers/consensus/monitor.ts";
import type { ConsensusView } from "../../../checkers/consensus/view.ts";
import type { Json, JsonObject } from "../../../histories/json.ts";
import { copied } from "../fingerprint.ts";
import { wordsOf } from "./local-state.ts";
import { Pool, type Fingerprinted } from "./pool.ts";
import { renamed, type Renaming } from "./renamings.ts";

/** What the monitors remember, or what they object to. Equal ones are the same object. */
export interface Watch extends Fingerprinted {
  readonly memories: readonly Json[];
  readonly violation?: Violation;
  /** What follows, by what happened. */
  readonly next: Map<number, Watch>;
}

const occasions: Readonly<Record<Occasion, number>> = { step: 0, start: 1, restart: 2 };

/**
 * Carries the monitors along: each looks once for every one of its memories and everything that may happen
 * then; states that share these share its work.
 */
export class Watches {
  readonly #monitors: readonly Monitor[];
  readonly #nodes: readonly string[];
  readonly #renamings: readonly Renaming[];
  readonly #pool = new Pool<Watch>();

  constructor(monitors: readonly Monitor[], nodes: readonly string[], renamings: readonly Renaming[]) {
    this.#monitors = monitors;
    this.#nodes = nodes;
    this.#renamings = renamings;
  }

  begin(): Watch {
    return this.#watch(this.#monitors.map((monitor) => monitor.begin(this.#nodes)));
  }

  /** After a node's step: `number` stands for the node as it is now. */
  looked(watch: Watch, node: number, number: number, view: ConsensusView, occasion: Occasion): Watch {
    return this.#after(watch, 6 * number + occasions[occasion], (monitor, memory) =>
      monitor.look(memory, this.#nodes[node]!, view, occasion),
    );
  }

  asked(watch: Watch, node: number, number: number, body: JsonObject): Watch {
    return this.#after(watch, 6 * number + 3, (monitor, memory) => {
      monitor.asked?.(memory, this.#nodes[node]!, body);
      return undefined;
    });
  }

  /** `number` stands for the request and its answer. */
  answered(watch: Watch, node: number, number: number, request: JsonObject, answer: JsonObject): Watch {
    return this.#after(watch, 6 * number + 4, (monitor, memory) =>
      monitor.answered?.(memory, this.#nodes[node]!, request, answer),
    );
  }

  crashed(watch: Watch, node: number, lost: boolean): Watch {
    return this.#after(watch, 6 * (2 * node + (lost ? 1 : 0)) + 5, (monitor, memory) => {
      monitor.crashed?.(memory, this.#nodes[node]!, lost);
      return undefined;
    });
  }

  /** The memories with names exchanged. */
  exchanged({ memories }: Watch, renaming: Renaming): Watch {
    // Plain data stay what they are.
    return this.#watch(renamed(memories, renaming) as readonly Json[]);
  }

  /** What a violation that no monitor saw leads to. */
  violated(violation: Violation): Watch {
    return this.#watch([], violation);
  }

  #after(watch: Watch, key: number, look: (monitor: Monitor, memory: Json) => Violation | undefined): Watch {
    if (watch.violation !== undefined) return watch;
    const known = watch.next.get(key);
    if (known !== undefined) return known;
    const memories = watch.memories.map(copied);
    let violation: Violation | undefined;
    this.#monitors.forEach((monitor, i) => (violation ??= look(monitor, memories[i]!)));
    const next = this.#watch(memories, violation);
    watch.next.set(key, next);
    return next;
  }

  #watch(memories: readonly Json[], violation?: Violation): Watch {
    const words = wordsOf(this.#renamings, [memories, violation?.property]);
    if (violation !== undefined) return { memories, violation, words, next: new Map() };
    return this.#pool.get(words, () => ({ memories, words, next: new Map() }));
  }
}
