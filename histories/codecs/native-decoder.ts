import { HistoryBuilder } from "../builder.ts";
import type { History, HistoryHeader } from "../history.ts";
import type { Json, JsonObject } from "../json.ts";
import { Fail, Info, Invoke, Ok, operationTypes, type Operation } from "../operation.ts";
import { shapeFault } from "../schema/schemas.ts";
import { ByteTable } from "./byte-table.ts";
import { describeByte, Fault, RecordPlace, type Decoder, type Places } from "./decoder.ts";
import { incompleteTail } from "./utf8.ts";
import { JsonScanner, Unfinished } from "./json-scanner.ts";
import { ValueArena } from "./value-arena.ts";

/** No line of the writer's own shape begins here. */
const OtherShape = -1;

const IndexMember = Buffer.from('{"index":');
const TimeMember = Buffer.from(',"time":');
const ProcessMember = Buffer.from(',"process":');
const TypeMember = Buffer.from(',"type":"');
const InvokeText = Buffer.from('invoke","f":"');
const OkText = Buffer.from('ok","f":"');
const FailText = Buffer.from('fail","f":"');
const InfoText = Buffer.from('info","f":"');
const KeyMember = Buffer.from(',"key":');
const ValueMember = Buffer.from(',"value":');
const NodeMember = Buffer.from(',"node":"');
const ErrorMember = Buffer.from(',"error":');
const ExtraMember = Buffer.from(',"extra":');

/**
 * The native format: a header line, then one operation a line.
 *
 * Lines as our own writer lays them out are read by their bytes into the columns, and their values only
 * scanned; any other line is parsed, and held against the schema. Both ways take and refuse the same lines.
 * A last line that has no newline and stops inside its JSON is what a killed run leaves behind: it is
 * dropped, and `notes` says so.
 */
export class NativeDecoder implements Decoder {
  readonly takesTornEnd = true;
  newlines = 0;
  #builder: HistoryBuilder | undefined;
  readonly #values = new ValueArena();
  readonly #scanner = new JsonScanner({ oneLine: true });
  readonly #place: RecordPlace;
  readonly #fastPath: boolean;
  readonly #functions = new ByteTable();
  readonly #keys = new ByteTable();
  readonly #nodes = new ByteTable();
  readonly #processes = new ByteTable();
  /** Where `#digits` stopped. */
  #after = 0;

  constructor(places: Places, options: { readonly fastPath?: boolean } = {}) {
    this.#place = new RecordPlace(places);
    this.#fastPath = options.fastPath ?? true;
  }

  decode(bytes: Buffer, start: number, end: number, last: boolean): number {
    let at = start;
    this.newlines = 0;
    while (at < end) {
      if (this.#builder !== undefined && this.#fastPath) {
        const next = this.#fastLine(this.#builder, bytes, at, end);
        if (next !== OtherShape) {
          at = next;
          this.newlines++;
          continue;
        }
      }
      const newline = bytes.indexOf(10, at);
      const complete = newline >= 0 && newline < end;
      if (!complete && !last) return at;
      const lineEnd = complete ? newline : end;
      this.#line(bytes, at, lineEnd, complete);
      at = complete ? newline + 1 : end;
      if (complete) this.newlines++;
    }
    return at;
  }

  build(): History {
    if (this.#builder === undefined) throw new Fault(0, "E_EMPTY", "a header line", "the end of the file");
    return this.#builder.build(this.#values);
  }

  /** Takes the line at `start` if it is of our writer's shape, and returns where the next begins. */
  #fastLine(builder: HistoryBuilder, bytes: Buffer, start: number, end: number): number {
    if (!matches(bytes, start, IndexMember)) return OtherShape;
    const index = this.#digits(bytes, start + IndexMember.length);
    if (index !== builder.length || !matches(bytes, this.#after, TimeMember)) return OtherShape;
    const time = this.#digits(bytes, this.#after + TimeMember.length);
    if (time < 0 || !matches(bytes, this.#after, ProcessMember)) return OtherShape;
    let at = this.#after + ProcessMember.length;

    let process: number;
    if (bytes[at] === 0x22) {
      const close = plainStringEnd(bytes, at + 1, end);
      if (close <= at + 1) return OtherShape;
      process = this.#processes.find(bytes, at + 1, close);
      // Names are numbered from −1 down, and kept here the other way up.
      process = process < 0 ? this.#newProcess(builder, bytes, at + 1, close) : -1 - process;
      at = close + 1;
    } else {
      process = this.#digits(bytes, at);
      if (process < 0 || process > 0x7fffffff) return OtherShape;
      at = this.#after;
    }

    if (!matches(bytes, at, TypeMember)) return OtherShape;
    at += TypeMember.length;
    let type: number;
    if (matches(bytes, at, OkText)) {
      type = Ok;
      at += OkText.length;
    } else if (matches(bytes, at, InvokeText)) {
      type = Invoke;
      at += InvokeText.length;
    } else if (matches(bytes, at, InfoText)) {
      type = Info;
      at += InfoText.length;
    } else if (matches(bytes, at, FailText)) {
      type = Fail;
      at += FailText.length;
    } else return OtherShape;

    const functionStart = at;
    const functionEnd = plainStringEnd(bytes, at, end);
    if (functionEnd <= functionStart) return OtherShape;
    at = functionEnd + 1;

    let keyStart = -1;
    let keyEnd = -1;
    if (matches(bytes, at, KeyMember)) {
      keyStart = at + KeyMember.length;
      keyEnd = this.#value(bytes, keyStart, end);
      if (keyEnd < 0) return OtherShape;
      at = keyEnd;
    }

    if (!matches(bytes, at, ValueMember)) return OtherShape;
    const valueStart = at + ValueMember.length;
    const valueEnd = this.#value(bytes, valueStart, end);
    if (valueEnd < 0) return OtherShape;
    at = valueEnd;

    let nodeStart = -1;
    let nodeEnd = -1;
    if (matches(bytes, at, NodeMember)) {
      nodeStart = at + NodeMember.length;
      nodeEnd = plainStringEnd(bytes, nodeStart, end);
      if (nodeEnd < 0) return OtherShape;
      at = nodeEnd + 1;
    }

    let errorStart = -1;
    let errorEnd = -1;
    if (matches(bytes, at, ErrorMember)) {
      errorStart = at + ErrorMember.length;
      errorEnd = this.#value(bytes, errorStart, end);
      if (errorEnd < 0) return OtherShape;
      at = errorEnd;
    }

    let extraStart = -1;
    let extraEnd = -1;
    if (matches(bytes, at, ExtraMember)) {
      extraStart = at + ExtraMember.length;
      if (bytes[extraStart] !== 0x7b) return OtherShape;
      extraEnd = this.#value(bytes, extraStart, end);
      if (extraEnd < 0) return OtherShape;
      at = extraEnd;
    }

    if (bytes[at] !== 0x7d || bytes[at + 1] !== 10 || at + 1 >= end) return OtherShape;

    const f = this.#name(this.#functions, builder.functions, bytes, functionStart, functionEnd);
    const key = keyStart < 0 ? -1 : this.#keyNumber(builder, bytes, keyStart, keyEnd);
    const node = nodeStart < 0 ? -1 : this.#name(this.#nodes, builder.nodes, bytes, nodeStart, nodeEnd);
    builder.push(type, process, time, f, key, node, this.#place.moveTo(start));
    this.#values.append(bytes, valueStart, valueEnd);
    if (errorStart >= 0) builder.error(index, parse(bytes, errorStart, errorEnd));
    if (extraStart >= 0) builder.extra(index, parseObject(bytes, extraStart, extraEnd));
    return at + 2;
  }

  /** An integer of at most 15 digits, which a double holds exactly; −1 when there is none. */
  #digits(bytes: Buffer, start: number): number {
    let number = 0;
    let at = start;
    for (;;) {
      const digit = (bytes[at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      number = number * 10 + digit;
      at++;
    }
    this.#after = at;
    const count = at - start;
    return count === 0 || count > 15 || (count > 1 && bytes[start] === 0x30) ? -1 : number;
  }

  /** The end of a value that begins at `start`; −1 for one that the other path has to judge. */
  #value(bytes: Buffer, start: number, end: number): number {
    const first = bytes[start] ?? 0;
    if (first === 0x20 || first === 0x09 || first === 0x0a || first === 0x0d) return -1;
    try {
      const after = this.#scanner.scan(bytes, start, end);
      if (after === Unfinished || this.#scanner.largeIntegers.length > 0) return -1;
      return after;
    } catch (error) {
      if (error instanceof Fault) return -1;
      throw error;
    }
  }

  #name(
    table: ByteTable,
    names: { number(name: string): number },
    bytes: Buffer,
    start: number,
    end: number,
  ): number {
    const known = table.find(bytes, start, end);
    if (known >= 0) return known;
    const number = names.number(bytes.toString("utf8", start, end));
    table.add(bytes, start, end, number);
    return number;
  }

  #newProcess(builder: HistoryBuilder, bytes: Buffer, start: number, end: number): number {
    const process = builder.process(bytes.toString("utf8", start, end));
    this.#processes.add(bytes, start, end, -1 - process);
    return process;
  }

  #keyNumber(builder: HistoryBuilder, bytes: Buffer, start: number, end: number): number {
    const known = this.#keys.find(bytes, start, end);
    if (known >= 0) return known;
    const number = builder.keys.number(parse(bytes, start, end));
    this.#keys.add(bytes, start, end, number);
    return number;
  }

  /** Takes a line of any shape by parsing it. */
  #line(bytes: Buffer, start: number, end: number, complete: boolean): void {
    const builder = this.#builder;
    // A character that the end of the file cuts; what stands before it is judged by its grammar.
    const cut = complete ? 0 : incompleteTail(bytes, start, end);
    const after = this.#scanner.scan(bytes, start, end - cut);
    if (after === Unfinished) {
      if (!complete && builder !== undefined && bytes[start] === 0x7b) {
        builder.note(
          `The last line stops in the middle, as when a run is killed; its ${end - start} bytes are left out.`,
        );
        return;
      }
      const found = complete ? "the end of the line" : "the end of the file";
      throw new Fault(end, "E_JSON", "the rest of a JSON object", found);
    }
    if (cut > 0) throw new Fault(end - cut, "E_UTF8", "UTF-8", "the end of the file inside a character");
    for (let i = after; i < end; i++) {
      const byte = bytes[i] ?? 0;
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) {
        throw new Fault(i, "E_JSON", "the end of the line", describeByte(bytes, i, end, "the end"));
      }
    }
    const [from, to] = this.#scanner.largeIntegers;
    if (from !== undefined && to !== undefined) {
      const range = `an integer that a double holds, or {"#int":"…"}`;
      throw new Fault(from, "E_JSON_NUMBER", range, bytes.toString("latin1", from, to));
    }
    const value = parse(bytes, start, end);
    if (builder === undefined) this.#builder = new HistoryBuilder(headerOf(value, start));
    else this.#add(builder, operationOf(value, start), start);
  }

  #add(builder: HistoryBuilder, operation: Operation, start: number): void {
    const { index, key, node, error, extra } = operation;
    if (index !== builder.length) {
      const found = index < builder.length ? `index ${index} a second time` : `index ${index}`;
      throw new Fault(start, "E_HISTORY_INDEX", `index ${builder.length}, the next one`, found);
    }
    this.#place.moveTo(start);
    builder.push(
      operationTypes.indexOf(operation.type),
      builder.process(operation.process, this.#place),
      operation.time,
      builder.functions.number(operation.f),
      key === undefined ? -1 : builder.keys.number(key),
      node === undefined ? -1 : builder.nodes.number(node),
      this.#place,
    );
    this.#values.appendJson(operation.value);
    if (error !== undefined) builder.error(index, error);
    if (extra !== undefined) builder.extra(index, extra);
  }
}

function headerOf(value: Json, at: number): HistoryHeader {
  const fault = shapeFault("history-header", value);
  if (fault !== undefined) throw new Fault(at, "E_HEADER", `a header line: ${fault.expected}`, fault.found);
  // The schema has just been held against it.
  const { rashomon, format, ...header } = value as JsonObject & HistoryHeader;
  void rashomon;
  void format;
  return header;
}

function operationOf(value: Json, at: number): Operation {
  const fault = shapeFault("operation", value);
  if (fault !== undefined) throw new Fault(at, "E_OPERATION", fault.expected, fault.found);
  // The schema has just been held against it.
  return value as unknown as Operation;
}

function matches(bytes: Buffer, at: number, text: Buffer): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

/** The closing quote of a string without escapes and control characters; −1 for any other. */
function plainStringEnd(bytes: Buffer, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === 0x22) return i;
    if (byte === 0x5c || byte < 0x20) return -1;
  }
  return -1;
}

function parse(bytes: Buffer, start: number, end: number): Json {
  const value: unknown = JSON.parse(bytes.toString("utf8", start, end));
  // JSON.parse gives nothing but JSON.
  return value as Json;
}

function parseObject(bytes: Buffer, start: number, end: number): JsonObject {
  // Its first byte is a brace.
  return parse(bytes, start, end) as JsonObject;
}
