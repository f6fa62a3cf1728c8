import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HistoryBuilder } from "./builder.ts";
import { InputError } from "./errors.ts";
import type { History } from "./history.ts";
import { canonical, type Json } from "./json.ts";
import { Info, Ok, type OperationDraft } from "./operation.ts";
import { history } from "./testing/notation.ts";

describe("the laws", () => {
  test.each([
    ["0 invoke read @5\n1 invoke read @4", "E_HISTORY_TIME", "a time of at least 5 ns"],
    ["0 invoke read\n0 invoke write 1", "E_HISTORY_DOUBLE_INVOKE", "a second invocation, of write"],
    ["0 invoke read\n0 ok write", "E_HISTORY_FUNCTION", "a completion of read (operation 0), found ok write"],
    ["0 invoke read\n0 info read\n0 invoke read", "E_HISTORY_RETIRED", "process 0 not to act again"],
    ["0 invoke read\n0 info read\n0 ok read", "E_HISTORY_UNPAIRED", "ok read with no open invocation"],
    ["0 invoke read\n1 ok read", "E_HISTORY_UNPAIRED", "an invocation by process 1"],
    ["0 ok read\n1 invoke read", "E_HISTORY_UNPAIRED", "completions only"],
    ["0 invoke read key=1\n0 ok read key=2", "E_HISTORY_KEY", "the key of its invocation"],
    ["0 invoke read\n0 ok read key=2", "E_HISTORY_KEY", "the key of its invocation"],
    ["2147483648 invoke read", "E_HISTORY_PROCESS", "a process from 0 to 2147483647"],
  ])("%j breaks one", (text, code, message) => {
    const failure = thrown(() => history(text));
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(message);
    expect(failure.place.line).toBe(text.split("\n").length);
  });

  test.each([-1, 0.5, NaN, Infinity])("process %d is none", (process) => {
    expect(thrown(() => new HistoryBuilder().add(draft({ process }))).code).toBe("E_HISTORY_PROCESS");
  });

  test.each([-1, NaN, Infinity])("time %d is none", (time) => {
    expect(thrown(() => new HistoryBuilder().add(draft({ time }))).code).toBe("E_HISTORY_TIME");
  });

  test("more functions than a column can number are refused", () => {
    const builder = new HistoryBuilder();
    for (let f = 0; f < 65536; f++) builder.add(draft({ process: f, f: `f${f}` }));
    expect(thrown(() => builder.add(draft({ process: 65536, f: "one more" }))).code).toBe("E_LIMIT_NAMES");
  });
});

describe("pairing", () => {
  test("an invocation finds its completion, and a completion its invocation", () => {
    const { columns } = history(`
      0 invoke write 1
      1 invoke read
      1 ok read 1
      0 ok write 1
      1 invoke read
    `);
    expect([...columns.pair]).toEqual([3, 2, 1, 0, -1]);
  });

  test("an invocation without a completion counts as info", () => {
    const open = history("0 invoke write 1\n1 invoke read\n1 ok read");
    expect(open.completion(0)).toBe(-1);
    expect(open.outcome(0)).toBe(Info);
    expect(open.outcome(1)).toBe(Ok);
  });

  test("events of the nemesis pair alternately, whatever their functions, and retire nobody", () => {
    const { columns } = history(`
      nemesis info start
      nemesis info start-done
      nemesis info stop
      nemesis info stop-done
      nemesis info start
      other info jump
    `);
    expect([...columns.pair]).toEqual([1, 0, 3, 2, -1, -1]);
  });

  test("a completion has the key of its invocation", () => {
    const keyed = history('0 invoke read key="x"\n0 ok read 1');
    expect(keyed.operation(1).key).toBe("x");
  });

  test("large process numbers pair like small ones", () => {
    expect([...history("2000000000 invoke read\n2000000000 ok read 1").columns.pair]).toEqual([1, 0]);
  });
});

describe("a history of completions only", () => {
  test("is marked, and nothing in it is paired", () => {
    const completions = history("nemesis info kill\n0 ok txn []\n0 fail txn []\n1 ok txn []");
    expect(completions.completionsOnly).toBe(true);
    expect([...completions.columns.pair]).toEqual([-1, -1, -1, -1]);
  });

  test("differs from one that has invocations, and from one without clients", () => {
    expect(history("0 invoke read").completionsOnly).toBe(false);
    expect(history("nemesis info kill").completionsOnly).toBe(false);
    expect(history("").completionsOnly).toBe(false);
  });
});

describe("source indices", () => {
  test("may be sparse", () => {
    const sparse = withIndices([3, 7, 8]);
    expect([0, 1, 2].map((i) => sparse.sourceIndex(i))).toEqual([3, 7, 8]);
    expect(sparse.operation(1).index).toBe(1);
  });

  test("are kept for every operation, however many", () => {
    const given = Array.from({ length: 5000 }, (_, i) => 2 * i + 1);
    const sparse = withIndices(given);
    expect(given.map((_, i) => sparse.sourceIndex(i))).toEqual(given);
  });

  test.each<[(number | undefined)[], string]>([
    [[1, 1], "index 1 a second time"],
    [[5, 4], "index 4"],
    [[-2], "index -2"],
    [[0.5], "index 0.5"],
    [[0, undefined], "an operation without one"],
    [[undefined, 1], "index 1 after operations without one"],
  ])("%j are refused", (given, found) => {
    expect(thrown(() => withIndices(given)).found).toBe(found);
  });
});

describe("selections", () => {
  const mixed = history(`
    0 invoke write 1 key="a"
    nemesis info kill
    1 invoke read key="b"
    2 invoke list
    1 ok read 1
    0 ok write 1
  `);

  test("by predicate and by kind", () => {
    expect([...mixed.select((i) => mixed.f(i) === "read")]).toEqual([2, 4]);
    expect([...mixed.invocations()]).toEqual([0, 2, 3]);
  });

  test("by key: clients only, those without a key first", () => {
    const groups = mixed.byKey().map(({ key, indices }) => [key, ...indices]);
    expect(groups).toEqual([
      [undefined, 3],
      ["a", 0, 5],
      ["b", 2, 4],
    ]);
  });

  test("by key compares keys by content", () => {
    const keyed = history('0 invoke read key={"x":1,"y":2}\n1 invoke read key={"y":2,"x":1}');
    expect(keyed.byKey()).toHaveLength(1);
  });

  test("an index outside of the history is an error", () => {
    expect(() => mixed.operation(6)).toThrow(RangeError);
    expect(() => mixed.operation(-1)).toThrow(RangeError);
    expect(() => mixed.operation(0.5)).toThrow(RangeError);
  });
});

test("what goes in comes out, for any lawful operations", () => {
  const json = fc.jsonValue() as fc.Arbitrary<Json>;
  const event = fc.record({
    process: fc.nat(3),
    value: json,
    node: fc.constantFrom("n1", "n2"),
    error: json,
  });
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const builder = new HistoryBuilder();
      const open = new Set<number>();
      const operations = events.map(({ process, ...rest }, time): OperationDraft => {
        const type = open.has(process) ? "ok" : "invoke";
        if (type === "ok") open.delete(process);
        else open.add(process);
        return { time, process, type, f: "f", ...rest };
      });
      for (const operation of operations) builder.add(operation);
      const read = Array.from(builder.build(), (operation) => canonical({ ...operation }));
      expect(read).toEqual(operations.map((operation, index) => canonical({ ...operation, index })));
    }),
  );
});

function withIndices(given: readonly (number | undefined)[]): History {
  const builder = new HistoryBuilder();
  for (const [process, index] of given.entries()) {
    builder.sourceIndex(index);
    builder.add(draft({ process }));
  }
  return builder.build();
}

function draft(members: Partial<OperationDraft>): OperationDraft {
  return { time: 0, process: 0, type: "invoke", f: "read", value: null, ...members };
}

function thrown(action: () => unknown): InputError {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
