import { gunzipSync } from "node:zlib";
import { InputError } from "../errors.ts";
import type { History } from "../history.ts";
import { Places, type Decoder } from "./decoder.ts";
import { EdnDecoder } from "./edn-decoder.ts";
import { ElleJsonDecoder } from "./elle-json-decoder.ts";
import { chunksOf, isGzip } from "./file-chunks.ts";
import { folderContent, isFolder, type Log } from "./folder.ts";
import { detectFormat, type HistoryFormat } from "./format.ts";
import { Input } from "./input.ts";
import { NativeDecoder } from "./native-decoder.ts";
import { AwditDecoder } from "./transactions/awdit-decoder.ts";
import { CobraDecoder } from "./transactions/cobra-decoder.ts";
import { DbcopBincodeDecoder } from "./transactions/dbcop-bincode-decoder.ts";
import { DbcopJsonDecoder } from "./transactions/dbcop-json-decoder.ts";
import { PlumeDecoder } from "./transactions/plume-decoder.ts";
import { TimeKillerDecoder } from "./transactions/timekiller-decoder.ts";
import { TransactionHistory } from "./transactions/transaction-history.ts";
import { VeriStrongDecoder } from "./transactions/veristrong-decoder.ts";
import { ViperDecoder } from "./transactions/viper-decoder.ts";
import { ViperHistory } from "./transactions/viper-history.ts";

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
 * parsed at each `value(i)`. A folder is read where it holds a history: Cobra's or Viper's logs, `history.edn` and the
 * like. Throws an `InputError` with file, line, what was expected and found.
 */
export async function readHistory(path: string, options: ReadOptions = {}): Promise<History> {
  if (path !== "-" && (await isFolder(path))) return readFolder(path, options);
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

async function readFolder(folder: string, options: ReadOptions): Promise<History> {
  const content = await folderContent(folder, options.format);
  if (content.kind === "file") return readHistory(content.path, options);
  if (content.format === "cobra") {
    const history = new TransactionHistory();
    return readLogs(content.logs, history, ({ session }) => new CobraDecoder(history, session));
  }
  const history = new ViperHistory();
  return readLogs(content.logs, history, ({ session }) => new ViperDecoder(history, session));
}

/** Reads logs, one a session, into one history. */
async function readLogs(
  logs: readonly Log[],
  history: { build(): History },
  decoderOf: (log: Log) => Decoder,
): Promise<History> {
  for (const log of logs) {
    const input = new Input(decoderOf(log), new Places(log.path));
    for await (const chunk of chunksOf(log.path, log.path)) input.push(chunk);
    input.end();
  }
  return history.build();
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
  plume: () => new PlumeDecoder(),
  awdit: () => new AwditDecoder(),
  dbcop: () => new DbcopBincodeDecoder(),
  "dbcop-json": () => new DbcopJsonDecoder(),
  cobra: () => new CobraDecoder(),
  viper: () => new ViperDecoder(),
  timekiller: () => new TimeKillerDecoder(),
  veristrong: () => new VeriStrongDecoder(),
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
