import { RashomonError, UsageError } from "../../histories/errors.ts";
import type { Context, Event, Generator, Next, Proposal } from "./generator.ts";

/** A generator that threw or answered badly: `path` leads to it, from the outermost combinator inwards. */
export class GeneratorError extends UsageError {
  readonly path: readonly string[];
  readonly problem: string;

  constructor(path: readonly string[], problem: string, cause?: unknown) {
    super(`Generator ${path.length === 0 ? "(root)" : path.join(" > ")}: ${problem}`, "E_GENERATOR");
    this.path = path;
    this.problem = problem;
    if (cause !== undefined) this.cause = cause;
  }
}

export const done: Next = { kind: "done" };

/** Asks a member of a combinator; an error is told with the combinator's name and the member's number. */
export function ask(member: Generator, context: Context, name: string, position?: number): Next {
  try {
    const answer = member.next(context);
    if (context.strict) checkAnswer(answer, context);
    return answer;
  } catch (error) {
    throw within(name, position, error);
  }
}

/** Tells a member of an event; an error is told as by `ask`. */
export function tell(
  member: Generator,
  context: Context,
  event: Event,
  name: string,
  position?: number,
): Generator {
  try {
    return member.update(context, event);
  } catch (error) {
    throw within(name, position, error);
  }
}

/** The same answer with another generator to follow. */
export function followedBy(answer: Exclude<Next, { kind: "done" }>, generator: Generator): Next {
  if (answer.kind === "operation") return { kind: "operation", operation: answer.operation, generator };
  if (answer.kind === "log") return { kind: "log", message: answer.message, generator };
  return pending(generator, answer.until);
}

export function pending(generator: Generator, until?: number): Next {
  return until === undefined ? { kind: "pending", generator } : { kind: "pending", until, generator };
}

/** The earlier of two times, each of which may be missing. */
export function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b;
  return b === undefined || a < b ? a : b;
}

function within(name: string, position: number | undefined, error: unknown): GeneratorError {
  const label = position === undefined ? name : `${name}[${position}]`;
  if (error instanceof GeneratorError) {
    return new GeneratorError([label, ...error.path], error.problem, error.cause);
  }
  return thrown([label], error);
}

/** The error for something else that was thrown inside a generator. */
export function thrown(path: readonly string[], error: unknown): GeneratorError {
  const told =
    error instanceof RashomonError
      ? error.message
      : error instanceof Error
        ? `threw ${error.name}: ${error.message}`
        : `threw ${String(error)}`;
  return new GeneratorError(path, told, error);
}

/** Throws a `GeneratorError` unless a generator may answer so in this context. */
export function checkAnswer(answer: Next, context: Context): void {
  const given: unknown = answer;
  if (typeof given !== "object" || given === null) {
    throw new GeneratorError([], `expected an answer, found ${show(given)}`);
  }
  switch (answer.kind) {
    case "operation":
      checkProposal(answer.operation, context);
      checkGenerator(answer.generator);
      return;
    case "log":
      if (typeof answer.message !== "string") {
        throw new GeneratorError([], `expected a message to log, found ${show(answer.message)}`);
      }
      checkGenerator(answer.generator);
      return;
    case "pending":
      if (answer.until !== undefined && !(answer.until > context.time)) {
        throw new GeneratorError(
          [],
          `expected pending until a time after ${context.time} ns, found ${show(answer.until)}`,
        );
      }
      checkGenerator(answer.generator);
      return;
    case "done":
      return;
    default:
      throw new GeneratorError([], `expected operation, log, pending or done, found ${show(answer)}`);
  }
}

function checkProposal(operation: Proposal, context: Context): void {
  const wrong = (expected: string): GeneratorError =>
    new GeneratorError([], `expected ${expected}, found the proposal ${show(operation)}`);
  const given: unknown = operation;
  if (typeof given !== "object" || given === null) throw wrong("a proposal");
  if (typeof operation.f !== "string" || operation.f === "") throw wrong("a function name in f");
  const fault = jsonFault(operation.value, "value");
  if (fault !== undefined) throw wrong(`${fault} to be JSON`);
  if (operation.key !== undefined) {
    const keyFault = jsonFault(operation.key, "key");
    if (keyFault !== undefined) throw wrong(`${keyFault} to be JSON`);
  }
  if (!context.threads.includes(operation.thread)) {
    throw wrong(`a thread among ${showThreads(context)}`);
  }
  if (!context.isFree(operation.thread)) throw wrong("a thread that is free");
}

function checkGenerator(generator: Generator): void {
  const given: unknown = generator;
  if (typeof given !== "object" || given === null || !("next" in given) || !("update" in given)) {
    throw new GeneratorError([], `expected a generator to follow the answer, found ${show(given)}`);
  }
}

/** Where a value is not JSON; undefined when it is. */
function jsonFault(value: unknown, place: string): string | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : place;
  if (typeof value !== "object") return place;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const fault = jsonFault(value[i], `${place}[${i}]`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return place;
  for (const [name, member] of Object.entries(value)) {
    const fault = jsonFault(member, `${place}.${name}`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function showThreads(context: Context): string {
  return context.threads.length <= 12
    ? context.threads.join(", ")
    : `${context.threads.slice(0, 10).join(", ")}, … (${context.threads.length} in all)`;
}

function show(value: unknown): string {
  if (value === undefined) return "undefined";
  const text = JSON.stringify(value, (_, part: unknown) => {
    const expressible = typeof part === "number" ? Number.isFinite(part) : typeof part !== "bigint";
    const plain = part !== undefined && typeof part !== "function" && typeof part !== "symbol";
    return expressible && plain ? part : String(part);
  });
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}
