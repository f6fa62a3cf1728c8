import { Interner } from "../../histories/history.ts";
import { canonical } from "../../histories/json.ts";
import { unknownOutput, type Input, type Model, type Output, type Token } from "./model.ts";

/** An input with its output: what an operation means to the model. */
export interface Action {
  readonly input: Input;
  readonly output: Output;
}

/** The tokens that an action gives and takes, numbered. */
export interface NumberedTies {
  readonly gives: readonly number[];
  readonly takes: readonly number[];
}

/** No action: an unknown operation that cannot change anything. */
export const NoAction = -1;

/** The distinct actions of a partition, numbered. Operations with the same action are interchangeable. */
export class Alphabet {
  readonly model: Model;
  readonly actions: Action[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #changes: boolean[] = [];
  readonly #unknown: number[] = [];
  readonly #ties: NumberedTies[] = [];
  readonly #cells: string[] = [];
  readonly #tokens = new Interner<Token>(({ cell, value }) => canonical([cell, value]));

  constructor(model: Model) {
    this.model = model;
  }

  number(input: Input, output: Output): number {
    const result = output === unknownOutput ? "?" : canonical(output);
    const text = `${input.f} ${canonical(input.value)} ${result}`;
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.actions.length;
      this.actions.push({ input, output });
      this.#changes.push(this.model.changes(input));
      this.#numbers.set(text, number);
    }
    return number;
  }

  get(number: number): Action {
    const action = this.actions[number];
    if (action === undefined) throw new RangeError(`no action ${number}`);
    return action;
  }

  /** Whether the action can leave another state behind. */
  changes(number: number): boolean {
    return this.#changes[number] ?? true;
  }

  /** The same input with an unknown output; `NoAction` when it changes nothing and so can be left out. */
  unknown(number: number): number {
    const cached = this.#unknown[number];
    if (cached !== undefined) return cached;
    const unknown = this.changes(number) ? this.number(this.get(number).input, unknownOutput) : NoAction;
    this.#unknown[number] = unknown;
    return unknown;
  }

  /** The tokens of the model's `ties`; none when the model knows no ties. */
  ties(number: number): NumberedTies {
    const cached = this.#ties[number];
    if (cached !== undefined) return cached;
    const { input, output } = this.get(number);
    const { gives, takes } = this.model.ties?.(input, output) ?? { gives: [], takes: [] };
    const numbered = {
      gives: gives.map((token) => this.#tokens.number(token)),
      takes: takes.map((token) => this.#tokens.number(token)),
    };
    this.#ties[number] = numbered;
    return numbered;
  }

  /** Canonical text of a token's cell. */
  cell(token: number): string {
    return (this.#cells[token] ??= canonical(this.token(token).cell));
  }

  token(number: number): Token {
    return this.#tokens.values[number] ?? { cell: null, value: null };
  }
}
