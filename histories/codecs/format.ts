import { InputError, unknownName, UsageError } from "../errors.ts";

/** `native`: our `history.jsonl`; `edn`: Jepsen, Knossos, Elle; `json`: elle-cli, jepsen.history.sim. */
export const historyFormats = ["native", "edn", "json"] as const;
export type HistoryFormat = (typeof historyFormats)[number];

export function parseHistoryFormat(name: string): HistoryFormat {
  const format = historyFormats.find((known) => known === name);
  if (format === undefined) throw unknownName("history format", name, historyFormats);
  return format;
}

/** The format that a file to be written has by its name. */
export function formatOfName(path: string): HistoryFormat {
  if (path.endsWith(".jsonl")) return "native";
  if (path.endsWith(".edn")) return "edn";
  if (path.endsWith(".json")) return "json";
  throw new UsageError(
    `The name ${path} says no history format: expected .jsonl (native), .edn or .json, or a format given apart.`,
    "E_UNKNOWN_FORMAT",
  );
}

/** The format of a history by how it begins; `prefix` is its first few thousand bytes. */
export function detectFormat(prefix: Uint8Array, file?: string): HistoryFormat {
  const text = Buffer.from(prefix)
    .toString("utf8")
    .replace(/^\uFEFF/, "");
  const found =
    /^\s*(?:(?<native>\{[^\n]*"rashomon"\s*:)|(?<json>\{\s*"|\[\s*(?:\{\s*"|\]))|(?<edn>[{[(#;]))/.exec(
      text,
    )?.groups;
  if (found?.["native"] !== undefined) return "native";
  if (found?.["json"] !== undefined) return "json";
  if (found?.["edn"] !== undefined) return "edn";
  const empty = text.trim() === "";
  const place = file === undefined ? {} : { file, line: 1 };
  if (text.startsWith("JEPSEN")) {
    throw new InputError("E_UNKNOWN_FORMAT", {
      place,
      expected: "a history: history.jsonl, EDN or JSON",
      found: "Jepsen's binary test.jepsen",
      hint: "Give the history.edn beside it.",
    });
  }
  throw new InputError(empty ? "E_EMPTY" : "E_UNKNOWN_FORMAT", {
    place,
    expected: "a history: history.jsonl, EDN or JSON",
    found: empty ? "an empty file" : JSON.stringify(text.trim().slice(0, 20)),
  });
}
