import * as fc from "fast-check";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { InputError } from "../../errors.ts";
import type { History } from "../../history.ts";
import { canonical, type Json } from "../../json.ts";
import { bincode, cobraLog, type CobraRecord } from "../../testing/binary-histories.ts";
import { detectFormat, historyFormats, type HistoryFormat } from "../format.ts";
import { readHistory, readHistoryFrom } from "../read.ts";
import { historyText } from "../write.ts";

// A random history, written in each format by a few lines of its own, means the same when it is read.

const runs = { numRuns: Number(process.env["RASHOMON_FUZZ_RUNS"] ?? 150) };

interface Operation {
  readonly write: boolean;
  readonly key: bigint;
  readonly value: bigint;
}

interface Transaction {
  readonly ok: boolean;
  readonly operations: readonly Operation[];
}

type Sessions = readonly (readonly Transaction[])[];

const large = (bits: bigint) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.bigInt({ min: 0n, max: 9n }) },
    fc.bigInt({ min: 0n, max: 2n ** bits - 1n }),
    fc.constantFrom(2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 10n ** 15n, 10n ** 16n),
  );

function sessions(bits: bigint, minimumOperations = 1): fc.Arbitrary<Sessions> {
  const operation = fc.record({ write: fc.boolean(), key: large(bits), value: large(bits) });
  const transaction = fc.record({
    ok: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
    operations: fc.array(operation, { minLength: minimumOperations, maxLength: 5 }),
  });
  return fc.array(fc.array(transaction, { maxLength: 4 }), { maxLength: 4 }).filter(
    // What initialises the keys may be taken for the initial transaction; that has tests of its own.
    (all) => !all.some(([first]) => first?.operations.every(({ write, value }) => write && value === 0n)),
  );
}

const exact = (integer: bigint): Json =>
  String(Number(integer)) === String(integer) ? Number(integer) : { "#int": String(integer) };
const orNull = (value: bigint): Json => (value === 0n ? null : exact(value));
const micro = ({ write, key, value }: Operation): Json => [write ? "w" : "r", exact(key), orNull(value)];

/** What the history says, session by session. */
function bySession(history: History): Json {
  const all = new Map<string, Json[]>();
  for (const { process, type, value } of history) {
    if (type === "invoke") continue;
    const own = all.get(String(process)) ?? [];
    own.push([type, value]);
    all.set(String(process), own);
  }
  return Object.fromEntries(all);
}

function expected(all: Sessions): Json {
  const entries = all.map((transactions, session): [string, Json] => [
    String(session),
    transactions.map(({ ok, operations }) => [ok ? "ok" : "fail", operations.map(micro)]),
  ]);
  return Object.fromEntries(entries.filter(([, transactions]) => canonical(transactions) !== "[]"));
}

/** Reads a text in all ways that must make no difference. */
function read(format: HistoryFormat, bytes: Uint8Array, random: number): Json {
  expect(detectFormat(bytes)).toBe(format);
  const history = readHistoryFrom(bytes);
  const converted = readHistoryFrom([...historyText(history, "native")].join(""));
  expect(bySession(converted)).toEqual(bySession(history));
  expect(converted.length).toBe(history.length);
  // However it is hurt, it is a history or an error.
  const hurt = Buffer.from(bytes);
  hurt[random % hurt.length] = random >>> 8;
  for (const broken of [hurt, bytes.subarray(0, random % bytes.length)]) {
    for (const as of historyFormats) {
      try {
        readHistoryFrom(broken, { format: as });
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
      }
    }
  }
  return bySession(history);
}

const anyNumber = fc.nat(0x7fffffff);

test("Plume: transactions of several sessions, line by line in any order", () => {
  fc.assert(
    fc.property(sessions(64n), fc.array(fc.nat(3), { maxLength: 40 }), anyNumber, (all, turns, random) => {
      const committed = all.map((transactions) => transactions.filter(({ ok }) => ok));
      let id = 0;
      const lines = committed.map((transactions, session) =>
        transactions.flatMap(({ operations }) => {
          id++;
          return operations.map(
            ({ write, key, value }) => `${write ? "w" : "r"}(${key},${value},${session},${id})\n`,
          );
        }),
      );
      const aborted = all.flatMap((transactions, session) =>
        transactions
          .filter(({ ok }) => !ok)
          .flatMap(({ operations }) =>
            operations.map(({ write, key, value }) => ({
              line: `${write ? "w" : "r"}(${key},${value},${session + 100},-1)\n`,
              session: session + 100,
              value: ["fail", [[write ? "w" : "r", exact(key), orNull(value)]]] as Json,
            })),
          ),
      );
      let text = "";
      for (const turn of turns) text += lines[turn % Math.max(1, lines.length)]?.shift() ?? "";
      text += lines.flat().join("") + aborted.map(({ line }) => line).join("");
      if (text === "") return;
      const result: Record<string, Json> = { ...(expected(committed) as Record<string, Json>) };
      for (const { session, value } of aborted)
        result[session] = [...((result[session] as Json[] | undefined) ?? []), value];
      expect(read("plume", Buffer.from(text), random)).toEqual(result);
    }),
    runs,
  );
});

test("AWDIT", () => {
  fc.assert(
    fc.property(sessions(64n), anyNumber, (all, random) => {
      const committed = all
        .map((transactions) => transactions.map(({ operations }) => ({ ok: true, operations })))
        .filter((transactions) => transactions.length > 0);
      const text = committed
        .map((transactions) =>
          transactions
            .map(({ operations }) =>
              operations.map(({ write, key, value }) => `${write ? "w" : "r"} ${key} ${value}\n`).join(""),
            )
            .join("-----\n"),
        )
        .join("=====\n");
      if (text === "") return;
      expect(read("awdit", Buffer.from(text), random)).toEqual(expected(committed));
    }),
    runs,
  );
});

test("dbcop's bincode", () => {
  fc.assert(
    fc.property(sessions(64n, 0), fc.string({ unit: "grapheme" }), anyNumber, (all, info, random) => {
      const bytes = bincode(
        all.map((transactions) =>
          transactions.map(({ ok, operations }) => ({
            success: ok,
            events: operations.map(({ write, key, value }) => ({ write, variable: key, value })),
          })),
        ),
        info,
      );
      expect(read("dbcop", bytes, random)).toEqual(expected(all));
    }),
    runs,
  );
});

test("dbcop's JSON, spelled out and in short", () => {
  fc.assert(
    fc.property(sessions(64n, 0), fc.boolean(), anyNumber, (all, short, random) => {
      // Text by hand, since no double holds the integers.
      const event = ({ write, key, value }: Operation) => {
        const version = value === 0n && !write ? "null" : String(value);
        return short
          ? `["${write ? "w" : "r"}",${key},${version}]`
          : `{"${write ? "Write" : "Read"}":{"variable":${key},"version":${version}}}`;
      };
      const data = all.map(
        (transactions) =>
          `[${transactions.map(({ ok, operations }) => `{"events":[${operations.map(event).join(",")}],"committed":${ok}}`).join(",")}]`,
      );
      const result = expected(all.map((transactions) => transactions.map((each) => each)));
      const literal = JSON.parse(
        JSON.stringify(result).replaceAll(/(\["w",(?:\{[^}]*\}|[^,]*),)null/g, "$10"),
      ) as Json;
      expect(
        read("dbcop-json", Buffer.from(`{"params":{"id":1},"data":[${data.join(",")}]}`), random),
      ).toEqual(literal);
    }),
    runs,
  );
});

test("VeriStrong's lists", () => {
  const list = fc.array(large(63n), { maxLength: 4 });
  const operation = fc.record({ key: large(63n), append: fc.option(large(63n)), list });
  const all = fc.array(fc.array(fc.array(operation, { minLength: 1, maxLength: 4 }), { maxLength: 4 }), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(all, anyNumber, (histories, random) => {
      let id = 0;
      const lines = histories.flatMap((transactions, session) =>
        transactions.flatMap((operations) => {
          id++;
          return operations.map(({ key, append, list: elements }) =>
            append === null
              ? `${session} ${id} R ${key} ${[elements.length, ...elements].join(" ")}\n`
              : `${session} ${id} A ${key} ${append}\n`,
          );
        }),
      );
      if (lines.length === 0) return;
      const result = histories.map((transactions, session): [string, Json] => [
        String(session),
        transactions.map((operations) => [
          "ok",
          operations.map(({ key, append, list: elements }) =>
            append === null ? ["r", exact(key), elements.map(exact)] : ["append", exact(key), exact(append)],
          ),
        ]),
      ]);
      expect(read("veristrong", Buffer.from(`${lines.length}\n${lines.join("")}`), random)).toEqual(
        Object.fromEntries(result.filter(([, transactions]) => canonical(transactions) !== "[]")),
      );
    }),
    runs,
  );
});

test("TimeKiller: the order of its timestamps", () => {
  const transaction = fc.record({
    session: fc.nat(2),
    start: fc.nat(20),
    length: fc.nat(5),
    operations: fc.array(fc.record({ write: fc.boolean(), key: large(63n), value: large(63n) }), {
      maxLength: 3,
    }),
  });
  fc.assert(
    fc.property(fc.array(transaction, { minLength: 1, maxLength: 6 }), anyNumber, (all, random) => {
      const clock = [0, 0, 0];
      const placed = all.map((each, tid) => {
        const start = Math.max(clock[each.session] ?? 0, each.start);
        clock[each.session] = start + each.length;
        return { ...each, tid, start, commit: start + each.length };
      });
      const text = placed.map(({ tid, session, start, commit, operations }) => {
        const ops = operations.map(
          ({ write, key, value }) =>
            `{"t":"${write ? "w" : "r"}","k":${key},"v":${value === 0n ? "null" : value}}`,
        );
        return `{"tid":${tid},"sid":${session},"sts":{"p":${start},"l":0},"cts":{"p":"${commit}","l":0},"ops":[${ops.join(",")}]}`;
      });
      const bytes = Buffer.from(`[${text.join(",\n")}]`);
      read("timekiller", bytes, random);
      const history = readHistoryFrom(bytes);
      const position = new Map<string, number>();
      for (const { index, type, extra, process } of history) {
        if (type !== "ok") continue;
        const { tid } = extra ?? {};
        const invocation = history.completion(index);
        expect(history.processOf(invocation)).toBe(process);
        position.set(`start ${canonical(tid ?? null)}`, invocation);
        position.set(`commit ${canonical(tid ?? null)}`, index);
      }
      for (const a of placed) {
        expect(history.value(position.get(`commit ${a.tid}`)!)).toEqual(a.operations.map(micro));
        for (const b of placed) {
          if (a === b) continue;
          const over = position.get(`commit ${a.tid}`)! < position.get(`start ${b.tid}`)!;
          // Only where both took no time and are of the same instant may either come first.
          if (a.commit < b.start || (a.commit === b.start && (a.start < a.commit || b.start < b.commit)))
            expect(over).toBe(true);
          if (a.commit > b.start) expect(over).toBe(false);
        }
      }
    }),
    runs,
  );
});

test("Cobra: a folder of logs", async () => {
  const folder = mkdtempSync(join(tmpdir(), "rashomon-cobra-"));
  let number = 0;
  try {
    await fc.assert(
      fc.asyncProperty(sessions(63n, 0), fc.boolean(), fc.boolean(), async (all, timed, padded) => {
        const path = join(folder, String(number++));
        mkdirSync(path);
        let id = 0;
        all.forEach((transactions, session) => {
          const records = transactions.flatMap(({ ok, operations }): CobraRecord[] => {
            id++;
            const time = timed ? [1_600_000_000_000] : [];
            return [
              ["S", id, ...time],
              ...operations.map(({ write, key, value }): CobraRecord =>
                write
                  ? ["W", value, key, 5]
                  : value === 0n
                    ? ["R", 0xbebeebee, 0xdeadbeef, key, 5]
                    : ["R", 77, value, key, 5],
              ),
              [ok ? "C" : "A", id, ...time],
            ];
          });
          writeFileSync(
            join(path, `T${session}.log`),
            Buffer.concat([cobraLog(...records), padded ? Buffer.from([0xff]) : Buffer.alloc(0)]),
          );
        });
        if (id === 0) return;
        // A written identifier 0 is one like any other.
        const result = JSON.parse(
          JSON.stringify(expected(all)).replaceAll(/(\["w",(?:\{[^}]*\}|[^,]*),)null/g, "$10"),
        ) as Json;
        expect(bySession(await readHistory(path))).toEqual(result);
      }),
      { numRuns: Math.min(runs.numRuns, 300) },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
