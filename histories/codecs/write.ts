import { open } from "node:fs/promises";
import { UsageError } from "../errors.ts";
import type { History, HistoryHeader } from "../history.ts";
import type { JsonObject } from "../json.ts";
import type { Operation } from "../operation.ts";
import { ednName, ednText } from "./edn-writer.ts";
import { isKeywordName } from "./edn-mapping.ts";
import { extraMembers } from "./foreign-history.ts";
import { formatOfName, type WritableFormat } from "./format.ts";
import { readHistory, type ReadOptions } from "./read.ts";

/** Characters gathered before they are written. */
const ChunkCharacters = 1 << 16;

/** Writes a history to a file (`-`: standard output), some lines at a time. */
export async function writeHistory(path: string, history: History, format: WritableFormat): Promise<void> {
  if (path === "-") {
    for (const chunk of historyText(history, format)) {
      await new Promise<void>((resolve, reject) => {
        process.stdout.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
    }
    return;
  }
  const file = await open(path, "w").catch((error: unknown) => {
    const why = error instanceof Error ? error.message : "it cannot be opened";
    throw new UsageError(`The history cannot be written to ${path}: ${why}.`, "E_FILE");
  });
  try {
    for (const chunk of historyText(history, format)) await file.appendFile(chunk);
  } finally {
    await file.close();
  }
}

/** Reads a history in one format and writes it in another: by default the one of the name of `to`. */
export async function convertHistory(
  from: string,
  to: string,
  options: ReadOptions & { readonly to?: WritableFormat } = {},
): Promise<{
  readonly operations: number;
  readonly format: WritableFormat;
  readonly notes: readonly string[];
}> {
  const format = options.to ?? formatOfName(to);
  const history = await readHistory(from, options);
  await writeHistory(to, history, format);
  return { operations: history.length, format, notes: history.notes };
}

/** The text of a history, in pieces. */
export function* historyText(history: History, format: WritableFormat): Generator<string> {
  let text = "";
  for (const line of lines(history, format)) {
    text += line;
    if (text.length < ChunkCharacters) continue;
    yield text;
    text = "";
  }
  yield text;
}

function* lines(history: History, format: WritableFormat): Generator<string> {
  switch (format) {
    case "native":
      yield `${headerLine(history.header)}\n`;
      for (const operation of history) yield `${operationLine(withSourceIndex(history, operation))}\n`;
      return;
    case "edn":
      for (const operation of history) {
        yield `${ednLine(operation, history.sourceIndex(operation.index))}\n`;
      }
      return;
    case "json":
      yield "[";
      for (const operation of history) {
        const line = jsonText(operation, history.sourceIndex(operation.index));
        yield operation.index === 0 ? `\n${line}` : `,\n${line}`;
      }
      yield "\n]\n";
  }
}

/** The first line of a native history. */
export function headerLine(header: HistoryHeader): string {
  const { name, workload, system, seed, versions } = header;
  return JSON.stringify({ rashomon: "history", format: 1, name, workload, system, seed, versions });
}

/** A line of a native history, its members in the order that is read fastest. */
export function operationLine(operation: Operation): string {
  const { index, time, process, type, f, key, value, node, error, extra } = operation;
  return JSON.stringify({ index, time, process, type, f, key, value, node, error, extra });
}

/** Native indices are dense; the index that another tool gave is kept beside. */
function withSourceIndex(history: History, operation: Operation): Operation {
  const source = history.sourceIndex(operation.index);
  return source === operation.index
    ? operation
    : { ...operation, extra: { ...operation.extra, index: source } };
}

function ednLine(operation: Operation, index: number): string {
  const { time, process, type, f, key, value, node, error, extra } = operation;
  const members = [
    `:index ${index}`,
    `:time ${time}`,
    `:type :${type}`,
    `:process ${typeof process === "number" ? process : ednName(process)}`,
    `:f ${ednName(f)}`,
    ...(key === undefined ? [] : [`:key ${ednText(key)}`]),
    `:value ${ednText(value)}`,
    ...(node === undefined ? [] : [`:node ${ednText(node)}`]),
    ...(error === undefined ? [] : [`:error ${ednText(error)}`]),
  ];
  for (const [name, member] of Object.entries(membersOf(extra, isKeywordName))) {
    members.push(`:${name} ${ednText(member)}`);
  }
  return `{${members.join(", ")}}`;
}

function jsonText(operation: Operation, index: number): string {
  const { time, process, type, f, key, value, node, error, extra } = operation;
  const own = JSON.stringify({ index, time, process, type, f, key, value, node, error });
  const others = JSON.stringify(membersOf(extra, () => true));
  return others === "{}" ? own : `${own.slice(0, -1)},${others.slice(1)}`;
}

function membersOf(extra: JsonObject | undefined, isName: (name: string) => boolean): JsonObject {
  return extra === undefined ? {} : extraMembers(extra, isName);
}
