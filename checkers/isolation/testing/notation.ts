/**
 * A small notation for histories of transactions in tests. One transaction a line, or one event a line where transactions overlap:
 *
 *     0: ax1 ry[1,2] rz_        process 0 appends 1 to x, reads [1,2] of y and null of z; committed
 *     1: wx1 ry2@7 | fail       writes 1 to x, reads 2 of y in version 7; aborted
 *     2: wx1 | info             nobody knows; `| open`: never completed
 *     3 begins: wx1 ry          invoked here
 *     3 ends: wx1 ry2 | ok      completed here
 *
 * A key is one letter. What follows it is JSON without blanks, `_` for null, or nothing. Lines that begin with # count for nothing.
 */
import { InputError } from "../../../histories/errors.ts";
import type { History } from "../../../histories/history.ts";
import { HistoryBuilder } from "../../../histories/builder.ts";
import type { Json } from "../../../histories/json.ts";

/** The history of the transactions that `text` notes down. */
export function transactionHistory(text: string): History {
  const builder = new HistoryBuilder();
  let time = 0;
  text.split("\n").forEach((source, i) => {
    const line = source.trim();
    if (line === "" || line.startsWith("#")) return;
    const place = { file: "notation", line: i + 1 };
    const parts = /^(\d+)(?: (begins|ends))?:([^|]*)(?:\| *(ok|fail|info|open))?$/.exec(line);
    if (parts === null) {
      throw new InputError("E_NOTATION", {
        place,
        expected: "<process>: <operations> [| <outcome>]",
        found: line,
      });
    }
    const [, process = "", part, operations = "", outcome = "ok"] = parts;
    const value = operations
      .split(/\s+/)
      .filter((word) => word !== "")
      .map(microOperation);
    const event = { process: Number(process), f: "txn" };
    if (part !== "ends") {
      const asked = value.map(([name = null, ...rest]) =>
        name === "r" ? [name, rest[0] ?? null, null] : [name, ...rest],
      );
      builder.add({ ...event, time: time++, type: "invoke", value: asked }, place);
    }
    if (part !== "begins" && outcome !== "open") {
      const type = outcome === "ok" || outcome === "fail" ? outcome : "info";
      builder.add({ ...event, time: time++, type, value }, place);
    }
  });
  return builder.build();
}

function microOperation(word: string): Json[] {
  const parts = /^([arw])([a-z])([^@]*)(?:@(\d+))?$/.exec(word);
  if (parts === null) {
    throw new InputError("E_NOTATION", {
      expected: "an operation such as ax1, rx[1,2], wx1@7 or rx_",
      found: word,
    });
  }
  const [, name = "", key = "", text = "", version] = parts;
  const value: unknown = text === "_" || text === "" ? null : JSON.parse(text);
  return [
    name === "a" ? "append" : name,
    key,
    // JSON.parse gives nothing but JSON.
    value as Json,
    ...(version === undefined ? [] : [Number(version)]),
  ];
}
