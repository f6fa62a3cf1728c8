import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InputError } from "../../errors.ts";
import type { History } from "../../history.ts";
import type { Json } from "../../json.ts";
import { bincode, cobraLog, type BincodeEvent } from "../../testing/binary-histories.ts";
import { detectFormat } from "../format.ts";
import { readHistory, readHistoryFrom } from "../read.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rashomon-formats-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function told(history: History): Json[] {
  expect(history.completionsOnly).toBe(true);
  return [...history].map(({ process, type, value }) => [process, type, value]);
}

/** A folder with these files; its path. */
function holding(name: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  const path = join(folder, name);
  for (const [file, content] of Object.entries(files)) {
    const full = join(path, file);
    mkdirSync(join(full, ".."), { recursive: true });
    writeFileSync(full, content);
  }
  return path;
}

async function failure(path: string, format?: "cobra" | "viper" | "dbcop"): Promise<InputError> {
  const error: unknown = await readHistory(path, format === undefined ? {} : { format }).then(
    () => "nothing was thrown",
    (reason: unknown) => reason,
  );
  if (error instanceof InputError) return error;
  throw error;
}

const write = (variable: number | bigint, value: number | bigint, success = true): BincodeEvent => ({
  write: true,
  variable: BigInt(variable),
  value: BigInt(value),
  success,
});
const read = (variable: number | bigint, value: number | bigint, success = true): BincodeEvent => ({
  ...write(variable, value, success),
  write: false,
});

describe("dbcop's bincode", () => {
  test("is known by its bytes; the value 0 is the initial one", () => {
    const bytes = bincode([
      [{ events: [write(1, 7), read(2, 0)] }, { events: [read(1, 7)] }],
      [],
      [{ events: [] }],
    ]);
    expect(detectFormat(bytes)).toBe("dbcop");
    expect(told(readHistoryFrom(bytes))).toEqual([
      [0, "ok", [["w", 1, 7], ["r", 2, null]]],
      [0, "ok", [["r", 1, 7]]],
      [2, "ok", []],
    ]); // prettier-ignore
    expect(told(readHistoryFrom(gzipSync(bytes)))).toHaveLength(3);
  });

  test("tells what had no success", () => {
    const bytes = bincode([
      [
        { events: [write(1, 1), write(2, 2, false), read(3, 3, false), read(1, 1)] },
        { events: [write(1, 5)], success: false },
      ],
    ]);
    expect(told(readHistoryFrom(bytes))).toEqual([
      [0, "ok", [["w", 1, 1], ["r", 1, 1]]],
      [0, "fail", [["w", 2, 2]]],
      [0, "fail", [["w", 1, 5]]],
    ]); // prettier-ignore
  });

  test("has unsigned integers of 64 bits", () => {
    const values = [
      1n,
      999_999n,
      1_000_000n,
      2n ** 32n,
      2n ** 53n - 1n,
      2n ** 53n,
      2n ** 53n + 1n,
      2n ** 64n - 1n,
    ];
    const history = readHistoryFrom(bincode([[{ events: values.map((value) => write(value, value)) }]]));
    const exact = (value: bigint) =>
      String(Number(value)) === String(value) ? Number(value) : { "#int": String(value) };
    expect(history.value(0)).toEqual(values.map((value) => ["w", exact(value), exact(value)]));
  });

  test("may hold the initial transaction", () => {
    const initial = { events: [write(1, 0), write(2, 0)] };
    const bytes = bincode([[initial], [{ events: [read(1, 0), read(2, 5), write(2, 5)] }]]);
    expect(told(readHistoryFrom(bytes))).toEqual([[1, "ok", [["r", 1, null], ["r", 2, 5], ["w", 2, 5]]]]); // prettier-ignore
  });

  test("is an error with its byte where it is cut or wrong", async () => {
    const bytes = bincode([[{ events: [write(1, 7), read(2, 0)] }]]);
    for (let length = 41; length < bytes.length; length++) {
      writeFileSync(join(folder, "cut"), bytes.subarray(0, length));
      const error = await failure(join(folder, "cut"), "dbcop");
      expect(error.place).toEqual({ file: join(folder, "cut"), offset: length });
      expect(error.found).toBe("the end of the file");
    }
    expect(() => readHistoryFrom(Buffer.concat([bytes, Buffer.from([0])]))).toThrow(
      `byte ${bytes.length}: expected the end of the file after the last session, found more bytes`,
    );
    const odd = Buffer.from(bytes);
    odd[odd.length - 1] = 7;
    expect(() => readHistoryFrom(odd)).toThrow(`byte ${bytes.length - 1}: expected 0 or 1, found byte 0x07`);
  });

  test("does not believe lengths that no file has", () => {
    const bytes = bincode([[{ events: [write(1, 7)] }]]);
    const sessionsAt = bytes.length - 1 - 18 - 8 - 8 - 8;
    for (const at of [40, sessionsAt, sessionsAt + 8, sessionsAt + 16]) {
      const huge = Buffer.from(bytes);
      huge.fill(0xff, at, at + 8);
      expect(() => readHistoryFrom(huge, { format: "dbcop" })).toThrow(InputError);
    }
  });

  test("is found in a folder of its own", async () => {
    const path = holding("hist-00000", { "history.bincode": bincode([[{ events: [write(1, 7)] }]]) });
    expect(told(await readHistory(path))).toEqual([[0, "ok", [["w", 1, 7]]]]);
  });
});

describe("Cobra's folder", () => {
  const Initial = 0xbebeebee;
  const Nothing = 0xdeadbeef;

  test("holds a log a session: writes by their identifiers, null where nobody wrote", async () => {
    const path = holding("cobra", {
      "T10.log": cobraLog(["S", 100], ["R", 7, 70, 5, 555], ["C", 100]),
      "T2.log": cobraLog(
        ["S", 7], ["R", Initial, Initial, 5, 1], ["R", Nothing, Nothing, 6, 0], ["W", 70, 5, 555], ["C", 7],
        ["S", 8], ["W", 80, 5, 556], ["A", 8],
      ),
      "ignored.txt": "not a log",
    }); // prettier-ignore
    expect(told(await readHistory(path))).toEqual([
      [2, "ok", [["r", 5, null], ["r", 6, null], ["w", 5, 70]]],
      [2, "fail", [["w", 5, 80]]],
      [10, "ok", [["r", 5, 70]]],
    ]); // prettier-ignore
  });

  test("may read the collector's key, whose writes are in no log", async () => {
    const path = holding("collected", {
      "T0.log": cobraLog(
        ["S", 1],
        ["R", Initial, 0x23332333, 5, 1],
        ["R", Initial, 0x66666666, 5, 1],
        ["C", 1],
      ),
    });
    expect(told(await readHistory(path))).toEqual([
      [
        0,
        "ok",
        [
          ["r", 5, null],
          ["r", 5, null],
        ],
      ],
    ]);
  });

  test("may tell writes apart by their values", async () => {
    const All = 0xabddefee;
    const path = holding("universal", {
      "T0.log": cobraLog(["S", 1], ["W", All, 5, 17], ["W", 17, 5, 3], ["C", 1]),
      "T1.log": cobraLog(["S", 2], ["R", All, All, 5, 17], ["R", All, Initial, 6, 9], ["C", 2]),
    });
    expect(told(await readHistory(path))).toEqual([
      [0, "ok", [["w", 5, "17"], ["w", 5, 17]]],
      [1, "ok", [["r", 5, "17"], ["r", 6, null]]],
    ]); // prettier-ignore
  });

  test("has signed integers of 64 bits", () => {
    const integers = [
      0n,
      -1n,
      -(2n ** 32n),
      2n ** 31n,
      -(2n ** 53n) - 1n,
      -(2n ** 63n),
      2n ** 63n - 1n,
      13_296_660_918_851n,
    ];
    const history = readHistoryFrom(
      cobraLog(["S", 1], ...integers.map((integer) => ["W", integer, -integer - 1n, 0] as const), ["C", 1]),
    );
    const exact = (value: bigint) =>
      String(Number(value)) === String(value) ? Number(value) : { "#int": String(value) };
    expect(history.value(0)).toEqual(integers.map((integer) => ["w", exact(-integer - 1n), exact(integer)]));
  });

  test("may end with bytes 0xFF, and in the middle of a transaction, whose outcome is unknown", async () => {
    const path = holding("ends", {
      "T0.log": Buffer.concat([cobraLog(["S", 1], ["W", 1, 5, 0], ["C", 1]), Buffer.from([0xff])]),
      "T1.log": cobraLog(["S", 2], ["W", 2, 5, 0]),
      "T2.log": "",
    });
    const history = await readHistory(path);
    expect(told(history)).toEqual([
      [0, "ok", [["w", 5, 1]]],
      [1, "info", [["w", 5, 2]]],
    ]);
    expect(history.notes.join()).toContain("its outcome is unknown");
  });

  test("may have times, which order nothing", async () => {
    const now = 1_600_000_000_000;
    const path = holding("timed", {
      "T0.log": cobraLog(
        ["S", 1, now],
        ["W", 1, 5, 0],
        ["C", 1, now + 5],
        ["S", 2, now + 9],
        ["A", 2, now + 9],
      ),
      "T1.log": cobraLog(["S", 3, now], ["C", 3, now + 1]),
    });
    const history = await readHistory(path);
    expect(told(history)).toEqual([
      [0, "ok", [["w", 5, 1]]],
      [0, "fail", []],
      [1, "ok", []],
    ]);
    expect(history.extra(0)).toEqual({ start: now, end: now + 5 });
  });

  test("numbers logs whose names do not tell their sessions", async () => {
    const log = cobraLog(["S", 1], ["C", 1]);
    const path = holding("names", { "a.log": log, "b.log": log });
    expect(told(await readHistory(path)).map((each) => (each as Json[])[0])).toEqual([0, 1]);
  });

  test.each([
    ["a cut record", cobraLog(["S", 1], ["W", 1, 5, 0]).subarray(0, 20), 20, "the rest of a record W of 25 bytes", "the end of the file"],
    ["another letter", Buffer.concat([cobraLog(["S", 1], ["C", 1]), Buffer.from("x")]), 18, "a record S, R, W, C or A", "byte 0x78"],
    ["something behind the padding", Buffer.concat([cobraLog(["S", 1], ["C", 1]), Buffer.from([0xff, 0x53])]), 19, "nothing after the byte 0xFF", "byte 0x53"],
    ["a transaction in another", cobraLog(["S", 1], ["W", 1, 5, 0], ["S", 2]), 34, "the end of the transaction before", "another one"],
    ["an end of another transaction", cobraLog(["S", 1], ["C", 2]), 10, "the transaction that was started", "another one"],
    ["an operation outside", cobraLog(["W", 1, 5, 0]), 0, "a record S before", "byte 0x57"],
  ])("with %s is an error with its byte", async (_, log, offset, expected, found) => {
    const path = holding("broken", { "T0.log": log });
    const error = await failure(path, "cobra");
    expect(error).toMatchObject({ place: { file: join(path, "T0.log"), offset }, expected, found });
    expect(error.message).toContain(`T0.log: byte ${offset}: expected`);
  }); // prettier-ignore
});

describe("Viper's folder", () => {
  const json = (...transactions: Json[][]) =>
    transactions.map((value) => `${JSON.stringify({ value })}\n`).join("");

  test("holds a log a session, a transaction a line; values that nobody wrote are initial", async () => {
    const path = holding("viper", {
      "json/J24.log": json([["w", 1, 10, true], ["r", 2, 0, true]], [["r", 1, 10, false]]),
      "json/J25.log": json([["r", 3, 77, false], ["w", 1, 11, false], ["r", 2, null, false]]),
    }); // prettier-ignore
    const history = await readHistory(path);
    expect(told(history)).toEqual([
      [24, "ok", [["w", 1, 10], ["r", 2, null]]],
      [24, "ok", [["r", 1, 10]]],
      [25, "ok", [["r", 3, null], ["r", 2, null]]],
    ]); // prettier-ignore
    expect(history.notes.join()).toContain("taken for initial ones");
  });

  test.each([
    ["two values that nobody wrote", [["r", 1, 5, false]], [["r", 1, 6, false]], [["r", 1, 5]], [["r", 1, 6]]],
    ["null and a value that nobody wrote", [["r", 1, null, false]], [["r", 1, 6, false]], [["r", 1, null]], [["r", 1, 6]]],
    ["the value of a write without success", [["w", 1, 6, false]], [["r", 1, 6, false]], [], [["r", 1, 6]]],
    ["a 0 that somebody wrote", [["w", 1, 0, true]], [["r", 1, 0, false]], [["w", 1, 0]], [["r", 1, 0]]],
    ["0 and another value", [["r", 1, 0, false]], [["r", 1, 6, false]], [["r", 1, null]], [["r", 1, 6]]],
  ])("keeps what cannot be initial: %s", async (_, first, second, ...expected) => {
    const path = holding("kept", { "J0.log": json(first), "J1.log": json(second) });
    expect(told(await readHistory(path)).map((each) => (each as Json[])[2])).toEqual(expected);
  }); // prettier-ignore

  test("may tell the initial values, insert, delete and read ranges", async () => {
    const path = holding("ranges", {
      "J0.log": `${JSON.stringify({ isInitial: true, value: [["w", 1, 5, true]] })}\n`,
      "J1.log": json([["i", 2, 20, null, false, true, true, "i"], ["d", 1, 21, 5, false, true, true]]),
      "J2.log": json([["w", 3, 30, true]], [["range", 1, 2, [{ id: 2, val: 20 }], []], ["range", null, null, [], [{ id: 1, val: 21 }]]]),
    }); // prettier-ignore
    expect(told(await readHistory(path))).toEqual([
      [1, "ok", [["r", 2, null], ["w", 2, 20], ["r", 1, null], ["w", 1, 21]]],
      [2, "ok", [["w", 3, 30]]],
      [2, "ok", [["r", 2, 20], ["r", 1, null], ["r", 1, 21], ["r", 2, null], ["r", 3, null]]],
    ]); // prettier-ignore
  });

  test("may be EDN, whose lines of other types are no transactions", async () => {
    const path = holding("edn", {
      "Jep3.log":
        "{:type :ok :f :txn :value [[:w 5 -8068482120162306138 true] [:r 6 nil false]]}\n" +
        "{:type :info :f :txn :value [[:w 5 2 true]]}\n",
      "Jep4.log": "{:type :ok, :f :txn, :value [[:append 7 1] [:r 7 [1]]]}\n",
    });
    expect(told(await readHistory(path))).toEqual([
      [3, "ok", [["w", 5, { "#int": "-8068482120162306138" }], ["r", 6, null]]],
      [4, "ok", [["append", 7, 1], ["r", 7, [1]]]],
    ]); // prettier-ignore
  });

  test.each([
    ["a cut line", '{"value":[["w",1,', "the rest of a transaction", "the end of the line"],
    ["another value", '{"value":5}', "a transaction with an array of micro-operations", '{"value":5}'],
    [
      "another micro-operation",
      '{"value":[["x",1,2]]}',
      "micro-operations w, r, i, d, range or append",
      '["x",1,2]',
    ],
    ["a wrong range", '{"value":[["range",1,2,[5],[]]]}', "an {id, val} in a range", "5"],
    ["more behind", '{"value":[]} 5', "the end of the line", '" "'],
    ["a cut EDN line", "{:type :ok :value [[:w 1", "the rest of a transaction", "the end of the line"],
  ])("with %s is an error with its line", async (_, line, expected, found) => {
    const path = holding("broken-viper", { "J0.log": `{"value":[]}\n${line}\n` });
    const error = await failure(path);
    expect(error.place).toMatchObject({ file: join(path, "J0.log"), line: 2 });
    expect(error.expected).toContain(expected);
    expect(error.found).toContain(found);
  });
});

describe("a folder", () => {
  test("of Jepsen's store is its history.edn", async () => {
    const path = holding("jepsen", {
      "history.edn": "{:process 0 :type :ok :f :txn :value [[:r 1 nil]]}",
      "jepsen.log": "INFO started\n",
    });
    expect(told(await readHistory(path))).toEqual([[0, "ok", [["r", 1, null]]]]);
  });

  test("of logs is not read as another format", async () => {
    const path = holding("other", { "T0.log": cobraLog(["S", 1], ["C", 1]) });
    expect(await failure(path, "dbcop")).toMatchObject({ code: "E_FILE", found: "a directory without" });
  });

  test("with logs of something else is an error", async () => {
    const path = holding("logs", { "server.log": "INFO started\n" });
    expect(await failure(path)).toMatchObject({ code: "E_FILE", found: "a directory without" });
  });
});
