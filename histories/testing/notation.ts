/**
 * A small notation for histories in tests. One operation a line:
 *
 *     <process> <type> <f> [<value>] [@<time>] [key=<json>] [node=<name>] [error=<json>]
 *
 *     0 invoke write 1
 *     1 invoke txn [["append", "x", 1], ["r", "y", null]] @10
 *     0 ok write 1 key="x" node=n1
 *     nemesis info kill
 *     1 info txn [["append", "x", 1], ["r", "y", null]] error="timeout"
 *
 * The process is an integer or a name, the type `invoke`, `ok`, `fail` or `info`. Values, keys and errors
 * are JSON and may hold blanks inside brackets and strings; a value left out is `null`. The time is in
 * nanoseconds; left out, it is one more than the line before, so that without any `@` it is the index.
 * Empty lines and lines that begin with `#` count for nothing. The laws of histories hold here too.
 */
import { HistoryBuilder } from "../builder.ts";
import { InputError, type Place } from "../errors.ts";
import type { History, HistoryHeader } from "../history.ts";
import type { Json } from "../json.ts";
import { operationTypes, type OperationDraft, type OperationType } from "../operation.ts";

/** The history that `text` notes down; throws an `InputError` with the line of what is wrong. */
export function history(text: string, header: HistoryHeader = {}): History {
  const builder = new HistoryBuilder(header);
  let nextTime = 0;
  text.split("\n").forEach((source, i) => {
    const line = source.trim();
    if (line === "" || line.startsWith("#")) return;
    const place = { file: "notation", line: i + 1 };
    const operation = parseLine(line, nextTime, place);
    builder.add(operation, place);
    nextTime = operation.time + 1;
  });
  return builder.build();
}

/** The operations that `text` notes down, as objects. */
export function operations(text: string): OperationDraft[] {
  return Array.from(history(text), (operation) => {
    const { index, ...draft } = operation;
    void index;
    return draft;
  });
}

function parseLine(line: string, defaultTime: number, place: Place): OperationDraft {
  const [process, type, f, ...rest] = words(line);
  if (process === undefined || type === undefined || f === undefined) {
    throw wrong(place, "<process> <type> <f> [<value>] …", line);
  }
  if (!isOperationType(type)) throw wrong(place, `one of ${operationTypes.join(", ")}`, type);
  const operation: { -readonly [Member in keyof OperationDraft]: OperationDraft[Member] } = {
    time: defaultTime,
    process: /^\d+$/.test(process) ? Number(process) : process,
    type,
    f,
    value: null,
  };
  rest.forEach((word, i) => {
    if (word.startsWith("@")) operation.time = Number(word.slice(1));
    else if (word.startsWith("key=")) operation.key = json(word.slice(4), place);
    else if (word.startsWith("node=")) operation.node = word.slice(5);
    else if (word.startsWith("error=")) operation.error = json(word.slice(6), place);
    else if (i === 0) operation.value = json(word, place);
    else throw wrong(place, "@<time>, key=, node= or error=", word);
  });
  return operation;
}

/** The words of a line: what blanks part, except inside brackets and strings. */
function words(line: string): string[] {
  const found: string[] = [];
  let word = "";
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const character = line.charAt(i);
    if (quoted) {
      word += character;
      if (character === "\\") word += line.charAt(++i);
      else if (character === '"') quoted = false;
      continue;
    }
    if (depth === 0 && (character === " " || character === "\t")) {
      if (word !== "") found.push(word);
      word = "";
      continue;
    }
    if (character === '"') quoted = true;
    else if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") depth--;
    word += character;
  }
  if (word !== "") found.push(word);
  return found;
}

function json(text: string, place: Place): Json {
  try {
    const value: unknown = JSON.parse(text);
    // JSON.parse gives nothing but JSON.
    return value as Json;
  } catch {
    throw wrong(place, "a JSON value", text);
  }
}

function isOperationType(word: string): word is OperationType {
  return operationTypes.some((type) => type === word);
}

function wrong(place: Place, expected: string, found: string): InputError {
  return new InputError("E_NOTATION", { place, expected, found });
}
