import { modelNamed } from "../checkers/index.ts";
import {
  notOnline,
  OnlineLinearizability,
  type OnlineViolation,
} from "../checkers/linearizability/online/online-linearizability.ts";
import type { Operation } from "../histories/operation.ts";
import type { WhileRunning } from "../histories/store/results.ts";
import type { TestDescription } from "../histories/store/test-description.ts";

/** How long the judge waits for events to gather, in milliseconds. */
const gathering = 5;
/** How long the judge works before clients get their turn, in nanoseconds. */
const slice = 2e6;
/** Events between two looks at the clock. */
const stride = 64;

export interface WatchOptions {
  readonly checks: TestDescription["checks"];
  /** Nanoseconds since the start of the run. */
  readonly now: () => number;
  /** Told of the first violation at once. */
  readonly found: (violation: OnlineViolation, detected: number) => void;
}

/**
 * Judges a run while it goes on. Events are gathered for some milliseconds and judged in short slices between
 * the turns of the clients, so that recording one costs next to nothing.
 */
export class Watch {
  readonly #online: OnlineLinearizability;
  readonly #model: string;
  readonly #options: WatchOptions;
  #waiting: Operation[] = [];
  #judged = 0;
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #detected: number | undefined;

  /** Throws a `RangeError` for checks that `notWatched` names. */
  constructor(options: WatchOptions) {
    const check = linearizableOf(options.checks);
    if (check?.model === undefined) throw new RangeError(notWatched(options.checks));
    this.#options = options;
    this.#model = check.model;
    this.#online = new OnlineLinearizability({
      model: modelNamed(check.model),
      ...(check.keyed === undefined ? {} : { keyed: check.keyed }),
    });
  }

  /** Takes the next event of the history. */
  record(operation: Operation): void {
    if (typeof operation.process !== "number") return;
    this.#waiting.push(operation);
    this.#timer ??= setTimeout(() => this.#work(), gathering);
  }

  /** Judges what is left, once the run has ended, and says what became of it. */
  finish(): WhileRunning {
    if (this.#timer !== undefined) this.#unschedule();
    this.#judge(Infinity);
    if (this.#detected === undefined) this.#tell(this.#online.finish());
    const { violation, objects, undecided } = this.#online;
    return {
      model: this.#model,
      objects,
      undecided,
      ...(violation === undefined || this.#detected === undefined
        ? {}
        : { violation: { ...violation, detected: this.#detected } }),
    };
  }

  #work(): void {
    this.#timer = undefined;
    this.#judge(this.#options.now() + slice);
    if (this.#waiting.length > 0) this.#timer = setImmediate(() => this.#work());
  }

  #judge(until: number): void {
    const waiting = this.#waiting;
    while (this.#judged < waiting.length) {
      this.#tell(this.#online.record(waiting[this.#judged++]!));
      if (this.#judged % stride === 0 && this.#options.now() >= until) break;
    }
    if (this.#judged < waiting.length && this.#judged < 4096) return;
    this.#waiting = waiting.slice(this.#judged);
    this.#judged = 0;
  }

  #tell(violation: OnlineViolation | undefined): void {
    if (violation === undefined) return;
    this.#detected = this.#options.now();
    this.#options.found(violation, this.#detected);
  }

  #unschedule(): void {
    // Both kinds are timers of Node, cleared each in its way.
    clearTimeout(this.#timer as NodeJS.Timeout);
    clearImmediate(this.#timer as NodeJS.Immediate);
    this.#timer = undefined;
  }
}

/** Why a run by these checks is judged only at its end; `undefined` when it need not wait. */
export function notWatched(checks: TestDescription["checks"]): string | undefined {
  const model = linearizableOf(checks)?.model;
  return model === undefined
    ? "no check of this workload goes with the run, so it is judged when it has ended"
    : notOnline(modelNamed(model));
}

function linearizableOf(checks: TestDescription["checks"]) {
  return checks.find(({ checker, model }) => checker === "linearizable" && model !== undefined);
}
