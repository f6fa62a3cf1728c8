import type { Json } from "../../../histories/json.ts";
import type { Completion, Invocation } from "../../contracts/client.ts";
import { accessTo, Refusal, type Program } from "./program.ts";
import { operationOf } from "./programs.ts";
import type { Store, Transaction } from "./store.ts";
import type { Write } from "./versions.ts";

export interface ExecutorOptions {
  readonly store: Store;
  readonly workload: string;
  /** A uniform integer in 0..bound−1. */
  readonly random: (bound: number) => number;
  /** Mean time from one step of an operation to the next, in milliseconds. */
  readonly pace?: number;
}

/** What an operation does next. */
type Step =
  | { readonly kind: "go on" }
  /** Commits; then there is a result, or another transaction begins. */
  | { readonly kind: "commit"; readonly result?: Json }
  /** Goes on with a commit that is made key by key. */
  | { readonly kind: "install"; readonly rest: readonly (readonly [string, Write])[]; readonly result?: Json }
  | { readonly kind: "answer"; readonly completion: Completion };

/** An operation that is under way. */
interface Task {
  readonly client: number;
  readonly readOnly: boolean;
  readonly program: Program;
  readonly answer: (completion: Completion) => void;
  transaction: Transaction;
  /** When its next step is due, in milliseconds. */
  due: number;
  step: Step;
  /** Whether a transaction of it has committed, so that it cannot be said to have failed. */
  partly: boolean;
}

/**
 * Carries out the operations of many clients side by side: each step by step, with pauses drawn by chance in between, so that the steps of all
 * interleave. It has no clock: whoever drives it asks `due` when to go on, and says what time it is. The same
 * operations at the same times with the same chance have the same outcome.
 */
export class Executor {
  readonly #options: ExecutorOptions;
  readonly #tasks: Task[] = [];

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  /** When the next step is due, in milliseconds; undefined if nothing is under way. */
  get due(): number | undefined {
    return this.#next()?.due;
  }

  /** Takes an operation on; `answer` is told how it ended. Throws a `TypeError` for one that is not of the workload. */
  submit(
    now: number,
    client: number,
    invocation: Invocation,
    answer: (completion: Completion) => void,
  ): void {
    const { store, workload } = this.#options;
    const operation = operationOf(workload, invocation);
    const { readOnly } = operation;
    const task: Task = {
      client,
      readOnly,
      program: operation.program(accessTo(store, () => task.transaction)),
      answer,
      transaction: store.begin(client, now, readOnly),
      due: now + this.#pause(),
      step: { kind: "go on" },
      partly: false,
    };
    this.#tasks.push(task);
  }

  /** Does every step that is due at `now`, in the order in which they are due. */
  run(now: number): void {
    for (let task = this.#next(); task !== undefined && task.due <= now; task = this.#next()) {
      this.#do(task);
      task.due += this.#pause();
    }
  }

  #next(): Task | undefined {
    let next: Task | undefined;
    for (const task of this.#tasks) if (next === undefined || task.due < next.due) next = task;
    return next;
  }

  #pause(): number {
    const { random, pace = 1 } = this.#options;
    return (random(2001) * pace) / 1000;
  }

  #do(task: Task): void {
    const { step, transaction, due } = task;
    const { store } = this.#options;
    switch (step.kind) {
      case "go on":
        task.step = this.#goOn(task);
        return;
      case "commit": {
        const commit = store.commit(transaction, due);
        if (commit.kind === "refused") task.step = refused(task, commit.reason);
        else if (commit.kind === "unfinished") task.step = { ...step, kind: "install", rest: commit.rest };
        else this.#committed(task, step.result);
        return;
      }
      case "install": {
        const commit = store.install(transaction, step.rest, due);
        if (commit.kind === "unfinished") task.step = { ...step, rest: commit.rest };
        else this.#committed(task, step.result);
        return;
      }
      case "answer":
        this.#tasks.splice(this.#tasks.indexOf(task), 1);
        task.answer(step.completion);
    }
  }

  #goOn(task: Task): Step {
    try {
      const { done, value } = task.program.next();
      if (done === true) return { kind: "commit", result: value };
      return { kind: value === "commit" ? "commit" : "go on" };
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof TypeError)) throw error;
      this.#options.store.abort(task.transaction, task.due);
      return refused(task, error.message);
    }
  }

  #committed(task: Task, result: Json | undefined): void {
    if (result !== undefined) {
      task.step = { kind: "answer", completion: { type: "ok", value: result } };
      return;
    }
    task.partly = true;
    task.transaction = this.#options.store.begin(task.client, task.due, task.readOnly);
    task.step = { kind: "go on" };
  }
}

/** A transaction that was rolled back; what was committed before it stays. */
function refused({ partly, readOnly }: Task, reason: string): Step {
  return {
    kind: "answer",
    completion: { type: partly && !readOnly ? "info" : "fail", error: ["aborted", reason] },
  };
}
