import { InputError, unknownName, UsageError } from "../errors.ts";
import { looksLikeCobra } from "./transactions/cobra-decoder.ts";

/** Formats that are read and written. `native`: our `history.jsonl`; `edn`: Jepsen, Knossos, Elle; `json`: elle-cli. */
export const writableFormats = ["native", "edn", "json"] as const;
export type WritableFormat = (typeof writableFormats)[number];

/**
 * All formats that are read. Those of checkers of isolation levels: `plume` (also PolySI and IsoVista), `awdit`,
 * `dbcop` (its bincode), `dbcop-json`, `cobra`, `viper`, `timekiller` and `veristrong`.
 */
export const historyFormats = [
  ...writableFormats,
  "plume",
  "awdit",
  "dbcop",
  "dbcop-json",
  "cobra",
  "viper",
  "timekiller",
  "veristrong",
] as const;
export type HistoryFormat = (typeof historyFormats)[number];

/** What a file is expected to be, in words. */
const AnyHistory = "a history: history.jsonl, EDN, JSON, or a format of another checker";

export function parseHistoryFormat(name: string): HistoryFormat {
  const format = historyFormats.find((known) => known === name);
  if (format === undefined) throw unknownName("history format", name, historyFormats);
  return format;
}

/** The format that a file to be written has by its name. */
export function formatOfName(path: string): WritableFormat {
  if (path.endsWith(".jsonl")) return "native";
  if (path.endsWith(".edn")) return "edn";
  if (path.endsWith(".json")) return "json";
  throw new UsageError(
    `The name ${path} says no history format: expected .jsonl (native), .edn or .json, or a format given apart.`,
    "E_UNKNOWN_FORMAT",
  );
}

/** How texts of each format begin; the first that fits is taken. */
const beginnings: readonly (readonly [HistoryFormat, RegExp])[] = [
  ["native", /^\s*\{[^\n]*"rashomon"\s*:/],
  ["dbcop-json", /^\s*(?:\{\s*"(?:params|info|start|end|data)"\s*:|\[\s*\[\s*(?:\{\s*"|\]))/],
  ["viper", /^\s*\{\s*"(?:value|isInitial)"\s*:(?![^\n]*"(?:type|process|f)"\s*:)/],
  ["timekiller", /^\s*(?:\[\s*)?\{(?=[^}]*"(?:tid|sid|sts|cts|ops)"\s*:)(?![^}]*"(?:type|process|f)"\s*:)/],
  ["json", /^\s*(?:\{\s*"|\[\s*(?:\{\s*"|\]))/],
  ["edn", /^\s*[{[(#;]/],
  ["plume", /^\s*[rw]\(/],
  ["awdit", /^\s*(?:(?:-+|=+)\s+)*[rw][ \t]+-?\d/],
  ["veristrong", /^\s*\d+\s*\n\s*-?\d+[ \t]+-?\d+[ \t]+[RA][ \t]/],
];

/** The format of a history by how it begins; `prefix` is its first few thousand bytes. */
export function detectFormat(prefix: Uint8Array, file?: string): HistoryFormat {
  const bytes = Buffer.from(prefix.buffer, prefix.byteOffset, prefix.length);
  if (looksLikeCobra(bytes)) return "cobra";
  if (looksLikeBincode(bytes)) return "dbcop";
  const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
  const found = beginnings.find(([, beginning]) => beginning.test(text));
  if (found !== undefined) return found[0];
  const empty = text.trim() === "";
  const place = file === undefined ? {} : { file, line: 1 };
  if (text.startsWith("JEPSEN")) {
    throw new InputError("E_UNKNOWN_FORMAT", {
      place,
      expected: AnyHistory,
      found: "Jepsen's binary test.jepsen",
      hint: "Give the history.edn beside it.",
    });
  }
  throw new InputError(empty ? "E_EMPTY" : "E_UNKNOWN_FORMAT", {
    place,
    expected: AnyHistory,
    found: empty ? "an empty file" : JSON.stringify(text.trim().slice(0, 20)),
  });
}

/** Whether bytes begin like dbcop's: five integers, then three texts, each with its length, below 2³² all. */
function looksLikeBincode(bytes: Buffer): boolean {
  let at = 0;
  for (let i = 0; i < 5; i++, at += 8) {
    if (at + 8 > bytes.length || bytes.readUInt32LE(at + 4) !== 0) return false;
  }
  for (let i = 0; i < 3; i++) {
    if (at + 8 > bytes.length) return i > 0;
    if (bytes.readUInt32LE(at + 4) !== 0) return false;
    at += 8 + bytes.readUInt32LE(at);
  }
  return true;
}
