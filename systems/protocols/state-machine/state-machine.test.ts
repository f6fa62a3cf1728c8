import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { canonical, type Json, type JsonObject } from "../../../histories/json.ts";
import { commandFrom, isReadOnly, parseCommand, type Command } from "./command.ts";
import { emptyStore, execute } from "./key-value-store.ts";
import type { Operation } from "./operation.ts";
import {
  answerTo,
  apply,
  digestOf,
  fromSnapshot,
  newStateMachine,
  snapshotFrom,
  takeSnapshot,
} from "./state-machine.ts";

const write = (value: Json): Command => ({ type: "write", key: "x", value });
const append = (value: Json): Command => ({ type: "txn", txn: [["append", "l", value]] });

function operation(number: number, command: Command, more: Partial<Operation> = {}): Operation {
  return { origin: "n1", life: 1, number, settled: 1, command, ...more };
}

describe("the store", () => {
  const answers = (...commands: Command[]): (string | undefined)[] => {
    const store = emptyStore();
    return commands.map((command) => {
      const { type, code, value, txn, messages } = execute(store, command);
      return type === "error"
        ? `error ${canonical(code ?? null)}`
        : canonical(value ?? txn ?? messages ?? null);
    });
  };

  test("reads, writes and compares by content", () => {
    const read: Command = { type: "read", key: "x" };
    const cas = (from: Json, to: Json): Command => ({ type: "cas", key: "x", from, to });
    expect(
      answers(read, cas(1, 2), write({ a: 1, b: 2 }), cas({ b: 2, a: 1 }, 3), cas({ a: 1 }, 4), read),
    ).toEqual(["error 20", "error 20", "null", "null", "error 22", "3"]);
  });

  test("carries transactions out whole, on top of their own writes", () => {
    const txn = (...micros: ["append" | "w" | "r", Json, Json][]): Command => ({ type: "txn", txn: micros });
    expect(
      answers(
        txn(["r", 1, null], ["append", 1, 5], ["r", 1, null], ["w", 2, 7]),
        txn(["append", 1, 6], ["append", 2, 8]),
        txn(["r", 1, null], ["r", 2, null]),
      ),
    ).toEqual(['[["r",1,null],["append",1,5],["r",1,[5]],["w",2,7]]', "error 22", '[["r",1,[5]],["r",2,7]]']);
  });

  test("keeps the order of broadcasts", () => {
    const say = (message: Json): Command => ({ type: "broadcast", message });
    expect(answers(say(2), say(1), { type: "read" }).at(-1)).toBe("[2,1]");
  });
});

describe("a command", () => {
  test.each<[JsonObject, string]>([
    [{ type: "write", key: 1 }, "value"],
    [{ type: "cas", key: 1, to: 2 }, "from"],
    [{ type: "txn", txn: [["push", 1, 2]] }, "txn"],
    [{ type: "broadcast" }, "message"],
  ])("%j lacks %s", (body, missing) => {
    expect(parseCommand(body)).toEqual({ kind: "malformed", missing });
  });

  test("is what was asked and nothing besides", () => {
    expect(commandFrom({ type: "write", key: null, value: null, msg_id: 3 })).toEqual({
      type: "write",
      key: null,
      value: null,
    });
    expect(parseCommand({ type: "lock" })).toEqual({ kind: "unknown" });
  });

  test("of reads alone needs no log", () => {
    expect(isReadOnly({ type: "txn", txn: [["r", 1, null]] })).toBe(true);
    expect(
      isReadOnly({
        type: "txn",
        txn: [
          ["r", 1, null],
          ["append", 1, 1],
        ],
      }),
    ).toBe(false);
  });
});

describe("an operation", () => {
  test("takes effect once, and is answered alike each time", () => {
    const machine = newStateMachine();
    const cas = operation(1, { type: "cas", key: "x", from: 0, to: 1 });
    apply(machine, operation(2, write(0)));
    expect(apply(machine, cas)).toEqual({ type: "cas_ok" });
    expect(apply(machine, cas)).toEqual({ type: "cas_ok" });
    expect(answerTo(machine, cas)).toEqual({ type: "cas_ok" });
    expect(machine.position).toBe(3);
  });

  test("is not done when its origin waits for it no more, or has started again", () => {
    const machine = newStateMachine();
    apply(machine, operation(3, append("c"), { settled: 3 }));
    expect(apply(machine, operation(1, append("a")))).toBeUndefined();
    apply(machine, operation(1, append("d"), { life: 2 }));
    expect(apply(machine, operation(4, append("b")))).toBeUndefined();
    apply(machine, operation(1, append("e"), { origin: "n2" }));
    expect(machine.store.values['"l"']).toEqual(["c", "d", "e"]);
  });
});

const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.nat(3).map(write),
  fc.nat(3).map(append),
  fc.nat(3).map((message): Command => ({ type: "broadcast", message })),
  fc.tuple(fc.nat(2), fc.nat(2)).map(([from, to]): Command => ({ type: "cas", key: "x", from, to })),
);

const anyLog = fc.array(
  fc.record({
    origin: fc.constantFrom("n1", "n2"),
    life: fc.integer({ min: 1, max: 3 }),
    number: fc.integer({ min: 1, max: 4 }),
    settled: fc.integer({ min: 0, max: 4 }),
    command: anyCommand,
  }),
  { maxLength: 25 },
);

describe("a log of any operations", () => {
  test("leads from a snapshot at any position to where it leads from the start", () => {
    fc.assert(
      fc.property(anyLog, fc.nat(25), (log, cut) => {
        const whole = newStateMachine();
        const first = newStateMachine();
        for (const each of log) apply(whole, each);
        for (const each of log.slice(0, cut)) apply(first, each);
        const taken = takeSnapshot(first);
        const second = fromSnapshot(snapshotFrom(JSON.parse(JSON.stringify(taken)) as Json) ?? taken);
        for (const each of log.slice(cut)) apply(second, each);
        expect(second).toEqual(whole);
        const before = JSON.stringify(taken);
        for (const each of log.slice(cut)) apply(first, each);
        expect(first).toEqual(whole);
        expect(JSON.stringify(taken)).toBe(before);
      }),
    );
  });

  test("has the digest of what it leads to, and another one otherwise", () => {
    const content = ({ position, store, clients }: ReturnType<typeof newStateMachine>): string => {
      const done = Object.entries(clients).map(([origin, { life, answers }]): Json => [
        origin,
        Object.keys(answers).length === 0 ? 0 : life,
        Object.keys(answers),
      ]);
      return canonical([
        position,
        store.values,
        store.messages,
        done.filter((each) => (each as Json[])[1] !== 0),
      ]);
    };
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(anyLog, (log) => {
        const machine = newStateMachine();
        for (const each of log) {
          apply(machine, each);
          const digest = `${machine.position} ${digestOf(machine)}`;
          const before = seen.get(digest);
          if (before !== undefined) expect(content(machine)).toBe(before);
          seen.set(digest, content(machine));
          expect(digestOf(fromSnapshot(takeSnapshot(machine)))).toBe(digestOf(machine));
        }
      }),
    );
    expect(new Set(seen.values()).size).toBe(seen.size);
  });

  test("does the operations of one life exactly once, as long as their origin waits", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 20 }), (numbers) => {
        const machine = newStateMachine();
        for (const number of numbers) apply(machine, operation(number, append(number), { settled: 0 }));
        expect(machine.store.values['"l"'] ?? []).toEqual([...new Set(numbers)]);
      }),
    );
  });
});
