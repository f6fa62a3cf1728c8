/**
 * The errors that a person can mend. Each has a stable code, the exit code of design §8, and says what
 * was expected, what was found, and where.
 */
export abstract class RashomonError extends Error {
  abstract readonly exitCode: number;
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** Where in an input something was found; `line` and `column` are 1-based. */
export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** In a file that is no text: how many bytes come before. */
  readonly offset?: number;
}

export function describePlace(place: Place): string {
  const parts: string[] = [];
  if (place.file !== undefined) parts.push(place.file);
  if (place.line !== undefined)
    parts.push(place.file === undefined ? `line ${place.line}` : String(place.line));
  if (place.line !== undefined && place.column !== undefined) parts.push(String(place.column));
  if (place.offset !== undefined)
    parts.push(place.file === undefined ? `byte ${place.offset}` : ` byte ${place.offset}`);
  return parts.join(":");
}

/** Input that does not mean a history (exit 65): nothing of it is guessed or dropped. */
export class InputError extends RashomonError {
  readonly exitCode = 65;
  readonly place: Place;
  readonly expected: string;
  readonly found: string;

  constructor(
    code: string,
    options: { place?: Place; expected: string; found: string; hint?: string; cause?: unknown },
  ) {
    // A copy: a reader's place may be computed from bytes that it is about to overwrite.
    const place = { ...options.place };
    const where = describePlace(place);
    super(
      code,
      `${where === "" ? "" : `${where}: `}expected ${options.expected}, found ${options.found}` +
        (options.hint === undefined ? "" : `\n${options.hint}`),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.place = place;
    this.expected = options.expected;
    this.found = options.found;
  }
}

/** A wrong call (exit 64): an unknown name, a missing or contradictory option. */
export class UsageError extends RashomonError {
  readonly exitCode = 64;

  constructor(message: string, code = "E_USAGE") {
    super(code, message);
  }
}

/**
 * A run that cannot go on (exit 70): the system under test or what it runs on failed, not this program; so it
 * is told without a stack.
 */
export class RunError extends RashomonError {
  readonly exitCode = 70;
}

/** The error for a name that is not in a catalogue: lists the known ones, nearest first if one is near. */
export function unknownName(kind: string, name: string, known: Iterable<string>): UsageError {
  const names = [...known];
  const near = names.filter(
    (candidate) => editDistance(candidate, name) <= Math.max(1, Math.ceil(name.length / 3)),
  );
  const suggestion = near.length === 0 ? "" : ` Did you mean ${near.join(" or ")}?`;
  return new UsageError(
    `Unknown ${kind} "${name}".${suggestion}\nKnown: ${names.join(", ")}.`,
    "E_UNKNOWN_NAME",
  );
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
