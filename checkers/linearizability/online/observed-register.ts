import type { Json } from "../../../histories/json.ts";
import type { ProcessId } from "../../../histories/operation.ts";
import type { OnlineRegister } from "../engines/online.ts";
import { Cas, Differ, NoValue, Nothing, Read, Write } from "../engines/register-calls.ts";
import { unknownOutput, type Input, type Model, type Output } from "../model.ts";
import type { RegisterStructure } from "../structure.ts";
import { ValueNumbers } from "./value-numbers.ts";

/** Makes a judge of one register in its initial state. */
export type JudgeMaker = () => OnlineRegister;

/** A judge that decides further than another is let go when the other has come so far: values will not repeat any more. */
const CallsInCommon = 1024;
/** Positions that were passed are cut off when there are so many. */
const MostPassed = 1024;

/** An operation as it was recorded so far. */
export class ObservedCall {
  readonly invocation: number;
  readonly input: Input;
  completion = -1;
  /** When it returned, in nanoseconds of the run. */
  time = -1;
  /** Whether its outcome was recorded: ok, fail or info. */
  settled = false;
  /** Whether the judges were told of its begin. */
  begun = false;
  kind = Nothing;
  seen = NoValue;
  written = NoValue;
  known = false;
  /** The judges' number for it; −1: they need not know of it. */
  number = -1;

  constructor(invocation: number, f: string, value: Json, process: ProcessId) {
    this.invocation = invocation;
    this.input = { f, value, process };
  }
}

/**
 * One register, event by event. An event is held back until the outcome of every call that began before it is
 * recorded; then the judges hear of it. They start together; one that cannot go on is let go, and so are the
 * further ones once the first has gone on for long.
 */
export class ObservedRegister {
  readonly #model: Model;
  readonly #structure: RegisterStructure;
  #values: ValueNumbers;
  #judges: OnlineRegister[];
  /** Every call twice, at its begin and at its return. */
  #held: ObservedCall[] = [];
  #passed = 0;
  #calls = 0;
  /** Whether what came has no explanation. */
  #lost = false;
  #numbers = 0;
  readonly #free: number[] = [];

  /** A register that holds a value. */
  constructor(model: Model, structure: RegisterStructure, initial: Json, judges: readonly JudgeMaker[]) {
    this.#model = model;
    this.#structure = structure;
    this.#values = new ValueNumbers(initial);
    this.#judges = judges.map((make) => make());
  }

  /** Whether no judge could go on to here. */
  get undecided(): boolean {
    return this.#judges.length === 0 && !this.#lost;
  }

  /** Whether nothing that comes can tell anything more. */
  get #over(): boolean {
    return this.#judges.length === 0;
  }

  /** Events that wait for an outcome. */
  get held(): number {
    return this.#held.length - this.#passed;
  }

  /** What is kept besides: values and calls. */
  get live(): number {
    return this.#values.size + this.#judges.reduce((sum, { live }) => sum + live, 0);
  }

  /**
   * The value that the register must hold now, when that is all that needs to be known of it: a new one that holds it
   * can take its place. `undefined` when more does.
   */
  get rest(): Json | undefined {
    const number = this.held > 0 ? undefined : this.#judges[0]?.rest;
    return number === undefined ? undefined : this.#values.value(number);
  }

  begin(call: ObservedCall): void {
    if (!this.#over) this.#held.push(call);
  }

  /** The outcome of a call: of an `ok` one its result. The call whose return has no explanation, if there is one. */
  settle(call: ObservedCall, outcome: "ok" | "fail" | "info", output: Output): ObservedCall | undefined {
    call.settled = true;
    if (this.#over) return undefined;
    if (outcome !== "fail") this.#mean(call, output);
    if (outcome === "ok") this.#held.push(call);
    return this.#release();
  }

  /** Reads what a call means; a value that is not of the model's form is left to the final check. */
  #mean(call: ObservedCall, output: Output): void {
    const input = this.#inputOf(call, output);
    if (this.#model.malformed?.(input, output) !== undefined) return this.#giveUp();
    if (output === unknownOutput && !this.#model.changes(input)) return;
    call.known = output !== unknownOutput;
    const meaning = this.#structure.meaning(input, output);
    switch (meaning.does) {
      case "nothing":
        break;
      case "read":
      case "differ":
        call.kind = meaning.does === "read" ? Read : Differ;
        call.seen = this.#values.number(meaning.value);
        break;
      case "write":
        call.kind = Write;
        call.written = this.#values.number(meaning.value);
        break;
      case "cas":
        call.kind = Cas;
        call.seen = this.#values.number(meaning.from);
        call.written = this.#values.number(meaning.to);
        break;
    }
  }

  /** A write may have been recorded with its value only when it completed. */
  #inputOf({ input }: ObservedCall, output: Output): Input {
    return input.value === null &&
      output !== unknownOutput &&
      this.#model.nullArguments !== true &&
      !this.#model.observes(input)
      ? { ...input, value: output }
      : input;
  }

  /** Tells the judges of the events before the first call without an outcome. */
  #release(): ObservedCall | undefined {
    while (this.#passed < this.#held.length) {
      const call = this.#held[this.#passed]!;
      if (!call.settled) break;
      this.#passed++;
      if (!call.begun) this.#tellBegin(call);
      else if (this.#tellEnd(call)) return call;
    }
    if (this.#passed < MostPassed && this.#passed < this.#held.length) return undefined;
    this.#held = this.#held.slice(this.#passed);
    this.#passed = 0;
    if (this.#values.isCrowded) this.#forgetValues();
    return undefined;
  }

  /** Forgets the values that no judge knows, nor will be told of. */
  #forgetValues(): void {
    const named = new Set<number>();
    for (const { seen, written } of this.#held) named.add(seen).add(written);
    for (const judge of this.#judges) for (const value of judge.values()) named.add(value);
    this.#values.keep(named);
  }

  #tellBegin(call: ObservedCall): void {
    call.begun = true;
    if (call.kind === Nothing) return;
    call.number = this.#free.pop() ?? this.#numbers++;
    for (const judge of this.#judges)
      judge.begin(call.number, call.kind, call.seen, call.written, call.known);
    if (++this.#calls > CallsInCommon && this.#judges.length > 1) this.#judges = this.#judges.slice(0, 1);
  }

  /** Whether what came so far has no explanation. */
  #tellEnd(call: ObservedCall): boolean {
    if (call.number === -1) return false;
    const going: OnlineRegister[] = [];
    for (const judge of this.#judges) {
      const answer = judge.end(call.number);
      if (answer === true) going.push(judge);
      else if (answer === false) this.#lost = true;
    }
    this.#free.push(call.number);
    if (going.length < this.#judges.length) this.#judges = going;
    if (this.#lost || this.#over) this.#giveUp();
    return this.#lost;
  }

  #giveUp(): void {
    this.#judges = [];
    this.#values = new ValueNumbers(null);
    this.#held = [];
    this.#passed = 0;
  }
}
