import type { OperationType, ProcessId } from "../operation.ts";

/** The largest number that a process can have. */
const LargestProcess = 2 ** 31 - 1;

/** Gives processes to what other tools left without, or used on where Jepsen would not. */
export class ForeignProcesses {
  /** Whether operations name their processes. */
  #named: boolean | undefined;
  /** Process of the next operation, where they are not named, and whether it has been invoked. */
  #next = 0;
  #open = false;
  #invoked = false;
  /** Processes whose last operation has an unknown outcome, by the name in the file. */
  readonly #retired = new Set<number>();
  /** What such processes are called since they acted again. */
  readonly #renamed = new Map<number, number>();
  #renamings = 0;

  /** The process of an operation; `undefined` where one is missing. */
  of(given: ProcessId | undefined, type: OperationType, transaction: boolean): ProcessId | undefined {
    if (typeof given === "string") return given;
    if (this.#named === undefined && (given !== undefined || transaction)) this.#named = given !== undefined;
    if (given === undefined) return this.#named === false && transaction ? this.#unnamed(type) : undefined;
    // A process that is missing before is missing here, too.
    if (this.#named === false) return undefined;
    return this.#current(given, type);
  }

  notes(): string[] {
    const notes: string[] = [];
    if (this.#named === false)
      notes.push("The operations name no process: each transaction counts as a session of its own, or all that were invoked as one."); // prettier-ignore
    if (this.#renamings > 0) {
      const times = this.#renamings === 1 ? "1 process acts" : `${this.#renamings} times a process acts`;
      notes.push(`${times} again after an operation of unknown outcome: it counts as another from there on.`);
    }
    return notes;
  }

  #unnamed(type: OperationType): number {
    const process = this.#next;
    if (type === "invoke") this.#open = true;
    else {
      if (type === "info" || !this.#open) this.#next++;
      this.#open = false;
    }
    return process;
  }

  #current(given: number, type: OperationType): number {
    if (type === "invoke") {
      this.#invoked = true;
      if (this.#retired.delete(given)) this.#renamed.set(given, LargestProcess - this.#renamings++);
    } else if (type === "info" && this.#invoked) this.#retired.add(given);
    return this.#renamings === 0 ? given : (this.#renamed.get(given) ?? given);
  }
}
