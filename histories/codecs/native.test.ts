import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HistoryBuilder } from "../builder.ts";
import { InputError } from "../errors.ts";
import type { History } from "../history.ts";
import { canonical } from "../json.ts";
import type { Operation } from "../operation.ts";
import { shapeFault } from "../schema/schemas.ts";
import { anyOperations } from "../testing/arbitraries.ts";
import { history } from "../testing/notation.ts";
import { Places } from "./decoder.ts";
import { Input } from "./input.ts";
import { NativeDecoder } from "./native-decoder.ts";
import { readHistoryFrom } from "./read.ts";
import { historyText, operationLine } from "./write.ts";

const header = '{"rashomon":"history","format":1}';

describe("the native format", () => {
  test("is a header line and one operation a line", () => {
    const written = history(
      `
        0 invoke write 1 key="x" node=n1
        nemesis info kill
        0 info write 1 error="timeout"
      `,
      { name: "demo", workload: "register", seed: "7", versions: { rashomon: "0.1.0" } },
    );
    expect(textOf(written)).toBe(
      [
        '{"rashomon":"history","format":1,"name":"demo","workload":"register","seed":"7","versions":{"rashomon":"0.1.0"}}',
        '{"index":0,"time":0,"process":0,"type":"invoke","f":"write","key":"x","value":1,"node":"n1"}',
        '{"index":1,"time":1,"process":"nemesis","type":"info","f":"kill","value":null}',
        '{"index":2,"time":2,"process":0,"type":"info","f":"write","key":"x","value":1,"error":"timeout"}',
        "",
      ].join("\n"),
    );
  });

  test("gives back any lawful history, whatever pieces it comes in", () => {
    fc.assert(
      fc.property(anyOperations(), fc.integer({ min: 1, max: 50 }), (operations, piece) => {
        const text = textOf(historyOf(operations));
        expect(describeAll(inPieces(text, piece))).toEqual(describeAll(historyOf(operations)));
      }),
      { numRuns: 100 },
    );
  });

  test("keeps the index that another tool gave", () => {
    const builder = new HistoryBuilder();
    builder.sourceIndex(7);
    builder.add({ time: 0, process: 0, type: "invoke", f: "read", value: null });
    expect(readHistoryFrom(textOf(builder.build())).operation(0).extra).toEqual({ index: 7 });
  });

  test("has the members of a line in any order, with blanks between them", () => {
    const line = '{ "value" : [1], "f":"\\u0072ead", "type":"invoke", "process":0, "time":5.0, "index":0 }\r';
    expect([...readHistoryFrom(`${header}\n${line}\n`)]).toEqual([
      { index: 0, time: 5, process: 0, type: "invoke", f: "read", value: [1] },
    ]);
  });

  test("may begin with a byte order mark and end without a newline", () => {
    const line = '{"index":0,"time":0,"process":0,"type":"invoke","f":"read","value":"é"}';
    expect(readHistoryFrom(`\uFEFF${header}\n${line}`).value(0)).toBe("é");
  });
});

describe("a last line that a kill tore", () => {
  const line = '{"index":1,"time":5,"process":0,"type":"ok","f":"read","value":"é","error":[{"a":-1.5e3}]}';
  const first = '{"index":0,"time":0,"process":0,"type":"invoke","f":"read","value":null}';
  const bytes = Buffer.from(line);

  test("is left out and noted, wherever it stops", () => {
    for (let cut = 1; cut < bytes.length; cut++) {
      const torn = readHistoryFrom(
        Buffer.concat([Buffer.from(`${header}\n${first}\n`), bytes.subarray(0, cut)]),
      );
      expect(torn.length).toBe(1);
      expect(torn.notes).toEqual([
        `The last line stops in the middle, as when a run is killed; its ${cut} bytes are left out.`,
      ]);
    }
  });

  test("is taken when only its newline is missing", () => {
    const whole = readHistoryFrom(`${header}\n${first}\n${line}`);
    expect(whole.length).toBe(2);
    expect(whole.notes).toEqual([]);
  });

  test.each([
    [`${line.slice(0, 20)}\n`, "the end of the line"],
    ["garbage", '"g"'],
    ['{"index":1,"time":x', '"x"'],
    [`${line}]`, '"]"'],
  ])("is no excuse for %j", (end, found) => {
    expect(failureOf(`${header}\n${first}\n${end}`)).toMatchObject({ found, place: { line: 3 } });
  });
});

describe("the two ways to read a line", () => {
  const seeds = [
    { index: 0, time: 12, process: 3, type: "invoke", f: "read", value: null },
    { index: 0, time: 0, process: "nemesis", type: "info", f: "kill", key: [1], value: "é", node: "n1" },
    { index: 0, time: 9, process: 0, type: "invoke", f: "txn", value: [["r", 1, null]], error: { a: [1] } },
    {
      index: 0,
      time: 9,
      process: 0,
      type: "invoke",
      f: "x",
      value: -1.5e-3,
      node: "n2",
      extra: { a: 1, b: {} },
    },
  ].map((operation) => JSON.stringify(operation));
  const byte = fc.oneof(
    fc.constantFrom(...Array.from('[]{}":,0123456789.eE+-\\utrufalsn \t\r/x\n')),
    fc.constantFrom(
      '"a":1,',
      ',"extra":{}',
      ',"key":0',
      '"index":0,',
      "null",
      "12345678901234567890",
      "1e400",
      "\u0000",
    ),
  );
  const change = fc.record({ at: fc.nat(200), drop: fc.nat(3), insert: byte });

  test("take and refuse the same lines, and read the same operations", () => {
    let taken = 0;
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.array(change, { maxLength: 2 }), (seed, changes) => {
        let line = seed;
        for (const { at, drop, insert } of changes) {
          const i = at % (line.length + 1);
          line = line.slice(0, i) + insert + line.slice(i + drop);
        }
        const text = `${header}\n${line}\n`;
        const fast = outcomeOf(text, true);
        expect(fast).toEqual(outcomeOf(text, false));
        if (typeof fast === "string") refused++;
        else {
          taken++;
          for (const operation of fast)
            expect(shapeFault("operation", JSON.parse(operation))).toBeUndefined();
        }
      }),
      { numRuns: 3000 },
    );
    expect(taken).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  });

  test.each(seeds)("take %s", (line) => {
    expect(outcomeOf(`${header}\n${line}\n`, true)).toEqual([canonical(JSON.parse(line))]);
  });

  test("refuse a value that runs over the end of its line", () => {
    const text = `${header}\n{"index":0,"time":0,"process":0,"type":"invoke","f":"read","value":[1,\n2]}\n`;
    expect(outcomeOf(text, true)).toContain("2:");
    expect(outcomeOf(text, true)).toEqual(outcomeOf(text, false));
  });
});

test("a line is what the schema calls an operation", () => {
  fc.assert(
    fc.property(anyOperations(), (operations) => {
      for (const operation of operations) {
        expect(shapeFault("operation", JSON.parse(operationLine(operation)))).toBeUndefined();
      }
    }),
    { numRuns: 50 },
  );
});

function textOf(written: History): string {
  return [...historyText(written, "native")].join("");
}

function historyOf(operations: readonly Operation[]): History {
  const builder = new HistoryBuilder();
  for (const operation of operations) builder.add(operation);
  return builder.build();
}

function describeAll(read: History): string[] {
  return Array.from(read, (operation) => canonical({ ...operation }));
}

function inPieces(text: string, size: number): History {
  const places = new Places(undefined);
  const input = new Input(new NativeDecoder(places), places);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) input.push(bytes.subarray(at, at + size));
  return input.finish();
}

/** The operations, or the message of what is wrong. */
function outcomeOf(text: string, fastPath: boolean): string[] | string {
  const places = new Places("file");
  const input = new Input(new NativeDecoder(places, { fastPath }), places);
  try {
    input.push(Buffer.from(text));
    return describeAll(input.finish());
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

function failureOf(text: string): InputError {
  try {
    readHistoryFrom(text);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
