import { gunzipSync } from "node:zlib";
import { InputError } from "../errors.ts";
import type { History } from "../history.ts";
import { Places, type Decoder } from "./decoder.ts";
import { EdnDecoder } from "./edn-decoder.ts";
import { ElleJsonDecoder } from "./elle-json-decoder.ts";
import { chunksOf, isGzip } from "./file-chunks.ts";
import { detectFormat, type HistoryFormat } from "./format.ts";
import { Input } from "./input.ts";
import { NativeDecoder } from "./native-decoder.ts";

export interface ReadOptions {
  /** The format; found by the content when absent. */
  readonly format?: HistoryFormat;
  /**
   * Whether the value of each client operation of an EDN or JSON history is a tuple `[key, value]` of
   * independent objects, which nothing in the file tells from a plain pair.
   */
  readonly keyed?: boolean;
}

/** Bytes that are enough to know a format by. */
const PrefixBytes = 4096;

/**
 * Reads a history from a file, `-` for standard input, gzip or not, a few megabytes at a time: the size of the
 * file has no limit but memory, which holds the columns and the values' text. Values are checked at once but
 * parsed at each `value(i)`. Throws an `InputError` with file, line, what was expected and found.
 */
export async function readHistory(path: string, options: ReadOptions = {}): Promise<History> {
  const file = path === "-" ? "standard input" : path;
  const places = new Places(file);
  let input = options.format === undefined ? undefined : inputOf(options.format, places, options);
  let prefix = Buffer.alloc(0);
  for await (const chunk of chunksOf(path, file)) {
    if (input !== undefined) {
      input.push(chunk);
      continue;
    }
    prefix = Buffer.concat([prefix, chunk]);
    if (prefix.length < PrefixBytes) continue;
    input = inputOf(detectFormat(prefix.subarray(0, PrefixBytes), file), places, options);
    input.push(prefix);
  }
  if (input === undefined) {
    input = inputOf(detectFormat(prefix, file), places, options);
    input.push(prefix);
  }
  return input.finish();
}

/** Reads a history from bytes or text in memory; `file` names them in errors. */
export function readHistoryFrom(
  source: Uint8Array | string,
  options: ReadOptions & { readonly file?: string } = {},
): History {
  let bytes =
    typeof source === "string"
      ? Buffer.from(source)
      : Buffer.from(source.buffer, source.byteOffset, source.length);
  if (isGzip(bytes)) bytes = gunzip(bytes, options.file);
  const format = options.format ?? detectFormat(bytes.subarray(0, PrefixBytes), options.file);
  const input = inputOf(format, new Places(options.file), options);
  for (let at = 0; at < bytes.length; at += 1 << 20) input.push(bytes.subarray(at, at + (1 << 20)));
  return input.finish();
}

type MakeDecoder = (places: Places, options: ReadOptions) => Decoder;

const decoders: Readonly<Record<HistoryFormat, MakeDecoder>> = {
  native: (places) => new NativeDecoder(places),
  edn: (places, options) => new EdnDecoder(places, options),
  json: (places, options) => new ElleJsonDecoder(places, options),
};

function inputOf(format: HistoryFormat, places: Places, options: ReadOptions): Input {
  return new Input(decoders[format](places, options), places);
}

function gunzip(bytes: Buffer, file: string | undefined): Buffer {
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new InputError("E_GZIP", {
      place: file === undefined ? {} : { file },
      expected: "gzip data",
      found: error instanceof Error ? error.message : "other data",
      cause: error,
    });
  }
}
