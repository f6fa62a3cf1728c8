import { describe, expect, test } from "vitest";
import { InputError, UsageError } from "../../histories/errors.ts";
import { history } from "../../histories/testing/notation.ts";
import { checkerFor } from "../catalogue.ts";
import type { Verdict } from "../verdict.ts";

/** What a checker says of a history in the notation of tests. */
function judged(checker: string, text: string, promise?: string): Verdict {
  return checkerFor({ checker, ...(promise === undefined ? {} : { promise }) }).check(history(text));
}

const types = ({ anomalies }: Verdict): string[] => anomalies.map(({ type }) => type);

describe("a set", () => {
  const added = "0 invoke add 1\n0 ok add 1 @2000000\n";

  test("has lost an element that nobody sees any more", () => {
    const { valid, anomalies, statistics } = judged(
      "set-full",
      `${added}1 invoke read null @5000000\n1 ok read [] @5000001`,
    );
    expect(valid).toBe(false);
    expect(anomalies).toEqual([
      {
        type: "lost",
        operations: [0, 2],
        explanation:
          "Operation 0 (process 0) added 1; but operation 2 (process 1), which began later, does not have it, and nobody saw it again.",
      },
    ]);
    expect(statistics).toMatchObject({ lost: 1, "lost-ms-max": 3, "never-read": 1 });
  });

  test("may be behind, unless it promises to be linearizable; how long is told", () => {
    const behind = `${added}1 invoke read null @4000000\n1 ok read []\n1 invoke read\n1 ok read [1]`;
    expect(judged("set-full", behind)).toMatchObject({
      valid: true,
      statistics: { stable: 1, "missed-for-a-while": 1, "stable-ms-max": 2 },
    });
    expect(judged("set-full", behind, "linearizable").anomalies).toMatchObject([
      {
        type: "stale",
        explanation:
          "Operation 0 (process 0) added 1; but operation 2 (process 1), which began later, does not have it, though operation 4 (process 1) has it again.",
      },
    ]);
  });

  test("has not lost what is missed while more is added: whoever reads may only be behind", () => {
    const cut = `${added}2 invoke add 2\n1 invoke read\n1 ok read []\n2 ok add 2`;
    expect(judged("set-full", cut)).toMatchObject({
      valid: "unknown",
      reason: expect.stringContaining("an element was missed by the last reads, which began before"),
    });
    expect(types(judged("set-full", cut, "linearizable"))).toEqual(["lost"]);
    expect(types(judged("set-full", `${cut}\n1 invoke read\n1 ok read [2]`))).toEqual(["lost"]);
  });

  test("has not lost what another node still has", () => {
    const reads = (node: string): string =>
      `${added}1 invoke read null node=n1\n1 ok read [1] node=n1\n2 invoke read null node=${node}\n2 ok read [] node=${node}`;
    expect(types(judged("set-full", reads("n1")))).toEqual(["lost"]);
    expect(types(judged("set-full", reads("n2")))).toEqual([]);
  });

  test("makes nothing up, and has nothing twice", () => {
    const { anomalies } = judged(
      "set-full",
      "0 invoke add 1\n0 fail add 1\n1 invoke read\n1 ok read [1, 2, 2, 3]\n0 invoke add 3\n0 ok add 3",
    );
    expect(anomalies.map(({ explanation }) => explanation)).toEqual([
      "Operation 2 (process 1) read 1, which operation 0 (process 0) tried to add; but that failed.",
      "Operation 2 (process 1) read 2, which nobody added.",
      "Operation 2 (process 1) read 2 more than once.",
      "Operation 2 (process 1) read 3 before anybody began to add it, as operation 4 (process 0) did.",
    ]);
  });

  test("of one key is another than of another", () => {
    expect(
      judged("set-full", "0 invoke add 1 key=7\n0 ok add 1\n1 invoke read null key=8\n1 ok read []").valid,
    ).toBe("unknown");
  });
});

describe("a queue", () => {
  const empty = "9 invoke dequeue\n9 ok dequeue null\n";

  test("has lost a message that was acknowledged, if it is found empty in the end", () => {
    const text = "0 invoke enqueue 1\n0 ok enqueue 1\n";
    expect(judged("total-queue", text + empty).anomalies).toMatchObject([
      {
        type: "lost",
        operations: [0, 2],
        explanation:
          "Operation 0 (process 0) enqueued 1, which was acknowledged; nobody was given it, and in the end operation 2 (process 9) found the queue empty.",
      },
    ]);
    expect(judged("total-queue", text).reason).toBe(
      "no evidence: a message was not delivered, and the queue was not found empty after all else was over",
    );
    expect(judged("total-queue", "0 invoke enqueue 1\n0 info enqueue 1\n").valid).toBe("unknown");
  });

  test("may have given a message to a client of which nothing was heard again", () => {
    const text = "0 invoke enqueue 1\n0 ok enqueue 1\n1 invoke dequeue\n1 info dequeue\n";
    expect(judged("total-queue", text + empty)).toMatchObject({
      valid: true,
      statistics: { "not-delivered": 1 },
    });
    expect(types(judged("total-queue", `2 invoke enqueue 2\n2 ok enqueue 2\n${text}${empty}`))).toEqual([
      "lost",
      "lost",
    ]);
  });

  test("that promises to deliver at least once may deliver twice; at most once, may lose", () => {
    const twice =
      "0 invoke enqueue 1\n0 ok enqueue 1\n1 invoke dequeue\n1 ok dequeue 1\n1 invoke dequeue\n1 ok dequeue 1\n";
    expect(judged("total-queue", twice)).toMatchObject({
      valid: true,
      notes: ["One message was delivered again, as may happen where each is delivered at least once."],
    });
    expect(judged("total-queue", twice, "exactly-once").anomalies).toMatchObject([
      {
        type: "duplicated",
        explanation:
          "Operation 4 (process 1) was given 1, as operation 2 (process 1) was: 2 times in all, but it was enqueued once (operation 0 (process 0)).",
      },
    ]);
    expect(types(judged("total-queue", twice, "at-most-once"))).toEqual(["duplicated"]);
    const gone = `${twice}0 invoke enqueue 2\n0 ok enqueue 2\n${empty}`;
    expect(types(judged("total-queue", gone, "at-most-once"))).toEqual(["duplicated"]);
    expect(types(judged("total-queue", gone, "exactly-once"))).toEqual(["duplicated", "lost"]);
  });

  test("may give a message again that a client saw, and is not known to have taken", () => {
    const text =
      "0 invoke enqueue 1\n0 ok enqueue 1\n1 invoke dequeue\n1 info dequeue 1\n2 invoke dequeue\n2 ok dequeue 1\n";
    expect(judged("total-queue", text + empty, "exactly-once").valid).toBe(true);
  });

  test("makes nothing up, and drains all at once", () => {
    expect(
      types(judged("total-queue", "0 invoke enqueue 1\n0 ok enqueue 1\n1 invoke drain\n1 ok drain [1, 2]")),
    ).toEqual(["unexpected"]);
  });
});

describe("a log", () => {
  const appended = "0 invoke append 7\n0 ok append 0\n0 invoke append 8\n0 ok append 1\n";

  test("has lost an entry that was acknowledged, wherever a poll looks", () => {
    expect(judged("log", `${appended}1 invoke poll 0\n1 ok poll [[1, 8]]`).anomalies).toMatchObject([
      {
        type: "lost-write",
        explanation:
          "Operation 0 (process 0) appended 7 at offset 0; but operation 4 (process 1), which began later and polled from offset 0, was given what is there or later instead, and nobody saw it again.",
      },
    ]);
    expect(
      types(judged("log", `${appended}1 invoke poll 0\n1 ok poll [[0, 7]]\n1 invoke poll 1\n1 ok poll []`)),
    ).toEqual(["lost-write"]);
  });

  test("has not lost what is missed while more is appended, unless later entries were given without it", () => {
    const while8 = (records: string): string =>
      `0 invoke append 7\n0 ok append 0\n2 invoke append 8\n1 invoke poll 0\n1 ok poll ${records}\n2 ok append 1`;
    expect(judged("log", while8("[]"))).toMatchObject({
      valid: "unknown",
      reason: expect.stringContaining("an entry was missed by the last polls, which began before"),
    });
    expect(types(judged("log", while8("[[1, 8]]")))).toEqual(["lost-write"]);
    expect(types(judged("log", while8("[]"), "linearizable"))).toEqual(["lost-write"]);
    expect(types(judged("log", `${while8("[]")}\n1 invoke poll 0\n1 ok poll [[1, 8]]`))).toEqual([
      "lost-write",
    ]);
  });

  test("skips an entry for one, and has it for another", () => {
    const text = `${appended}1 invoke poll 0\n1 ok poll [[1, 8]]\n1 invoke poll 0\n1 ok poll [[0, 7], [1, 8]]`;
    expect(types(judged("log", text))).toEqual(["poll-skip"]);
  });

  test("may end too early for a while, unless it promises to be linearizable", () => {
    const text = `${appended}1 invoke poll 1\n1 ok poll []\n1 invoke poll 0\n1 ok poll [[0, 7], [1, 8]]`;
    expect(judged("log", text)).toMatchObject({ valid: true, statistics: { "entries-seen-late": 1 } });
    expect(types(judged("log", text, "linearizable"))).toEqual(["stale"]);
  });

  test("has one message at an offset, and a message at one offset", () => {
    const text = "0 invoke append 7\n0 ok append 0\n1 invoke append 8\n1 ok append 0\n";
    expect(types(judged("log", text))).toEqual(["inconsistent-offsets"]);
    const twice = "0 invoke append 7\n0 ok append 0\n1 invoke poll 0\n1 ok poll [[0, 7], [1, 7]]";
    expect(types(judged("log", twice, "exactly-once"))).toEqual(["duplicate"]);
    expect(judged("log", twice, "at-least-once").valid).toBe(true);
  });

  test("grows at its end", () => {
    expect(
      types(judged("log", "0 invoke append 7\n0 ok append 4\n0 invoke append 8\n0 ok append 3")),
    ).toEqual(["nonmonotonic-append"]);
    const others = "0 invoke append 7\n0 ok append 4\n1 invoke append 8\n1 ok append 3";
    expect(types(judged("log", others))).toEqual([]);
    expect(types(judged("log", others, "linearizable"))).toEqual(["nonmonotonic-append"]);
    expect(types(judged("log", `${appended}1 invoke poll 0\n1 ok poll [[1, 8], [0, 7]]`))).toContain(
      "nonmonotonic-poll",
    );
    expect(types(judged("log", "1 invoke poll 0\n1 ok poll [[0, 7]]"))).toEqual(["phantom"]);
  });
});

describe("a counter", () => {
  test("counts what was acknowledged, and perhaps what is under way or of unknown outcome, for ever", () => {
    const read = (value: number): string =>
      `0 invoke add 2\n0 ok add 2\n1 invoke add 3\n1 info add 3\n2 invoke read\n3 invoke add 1\n2 ok read ${value}`;
    for (const value of [2, 5, 6]) expect(judged("counter", read(value), "bounded").valid).toBe(true);
    expect(judged("counter", read(1), "bounded").anomalies).toMatchObject([
      {
        type: "below-bounds",
        operations: [4],
        explanation:
          "Operation 4 (process 2) read 1; but additions that were acknowledged before it began make at least 2.",
      },
    ]);
    expect(types(judged("counter", read(7), "bounded"))).toEqual(["above-bounds"]);
  });

  test("that is eventual may be behind, but not in the end", () => {
    const text = "0 invoke add 2\n0 ok add 2\n2 invoke read\n2 ok read 0\n";
    expect(types(judged("counter", text))).toEqual(["below-bounds"]);
    expect(judged("counter", `${text}0 invoke add 1\n0 ok add 1\n2 invoke read\n2 ok read 3`).valid).toBe(
      true,
    );
  });
});

test("an id is given out once", () => {
  expect(
    judged("unique-ids", '0 invoke generate\n0 ok generate "a"\n1 invoke generate\n1 ok generate "a"')
      .anomalies,
  ).toEqual([
    {
      type: "duplicate-id",
      operations: [0, 2],
      explanation: 'Operation 2 (process 1) was given "a", as operation 0 (process 0) was before.',
    },
  ]);
});

describe.each([
  ["set-full", "0 invoke add 1\n0 ok add 1\n0 invoke remove 1\n0 ok remove 1\n0 invoke read\n0 ok read []"],
  [
    "total-queue",
    "0 invoke enqueue 1\n0 ok enqueue 1\n0 invoke purge\n0 ok purge\n0 invoke dequeue\n0 ok dequeue",
  ],
  ["log", "0 invoke append 1\n0 ok append 0\n0 invoke trim\n0 ok trim\n0 invoke poll 0\n0 ok poll []"],
  ["counter", "0 invoke add 1\n0 ok add 1\n0 invoke reset\n0 ok reset\n0 invoke read\n0 ok read 0"],
])("the checker %s", (checker, text) => {
  test("says nothing where operations that it does not know may have changed the object", () => {
    expect(judged(checker, text)).toMatchObject({ valid: "unknown", anomalies: [] });
    expect(judged(checker, text).reason).toContain(
      "not decided: what operations of other functions do is not known",
    );
  });

  test("says nothing without evidence", () => {
    expect(judged(checker, "").valid).toBe("unknown");
    expect(judged(checker, "nemesis info kill").valid).toBe("unknown");
  });

  test("refuses a promise that there is not", () => {
    expect(() => judged(checker, "", "sometimes")).toThrow(UsageError);
  });
});

test.each([
  ["set-full", "0 invoke read\n0 ok read 3"],
  ["total-queue", "0 invoke drain\n0 ok drain 3"],
  ["log", "0 invoke poll 0\n0 ok poll [[1]]"],
  ["log", '0 invoke poll "x"\n0 ok poll []'],
  ["log", '0 invoke append 1\n0 ok append "x"'],
  ["counter", '0 invoke read\n0 ok read "3"'],
  ["counter", "0 invoke add 0.5\n0 ok add 0.5"],
  ["unique-ids", "0 invoke generate\n0 ok generate null"],
])("values that the checker %s cannot mean are bad input: %s", (checker, text) => {
  expect(() => judged(checker, text)).toThrow(InputError);
});
