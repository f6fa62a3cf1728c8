import { describe, expect, test } from "vitest";
import { history } from "../../histories/testing/notation.ts";
import { judge } from "../testing/judge-text.ts";
import type { LinearizationCertificate } from "./evidence.ts";
import { check, linearizable } from "./linearizable.ts";
import { Refused, unknownOutput, type Model } from "./model.ts";

describe("a valid history", () => {
  test("comes with the order in which the operations took effect", () => {
    const verdict = judge(`
      0 invoke write 1
      1 invoke read
      2 invoke read
      1 ok read null
      2 ok read 1
      0 ok write 1
    `);
    expect(verdict).toMatchObject({ valid: true, verified: true, anomalies: [] });
    expect(verdict.orders).toEqual([[1, 0, 2]]);
  });

  test("may have an operation that happens at the very moment another returns", () => {
    // Intervals are closed: the order of events decides, and an invocation may share its time with a return.
    expect(
      judge(`
        0 invoke write 1 @0
        1 invoke read @5
        0 ok write 1 @5
        1 ok read null @5
      `).valid,
    ).toBe(true);
  });

  test("counts an unknown write as happened only if somebody saw it", () => {
    const verdict = judge(`
      0 invoke write 1
      0 ok write 1
      1 invoke write 2
      1 info write 2
      2 invoke write 3
      2 info write 3
      0 invoke read
      0 ok read 2
    `);
    expect(verdict.orders).toEqual([[0, 2, 6]]);
  });

  test("lets an unknown write take effect long after its client gave up", () => {
    expect(
      judge(`
        1 invoke write 2
        1 info write 2
        0 invoke write 1
        0 ok write 1
        0 invoke read
        0 ok read 1
        0 invoke read
        0 ok read 2
      `).orders,
    ).toEqual([[2, 4, 0, 6]]);
  });

  test("uses up each of several equal unknown operations once", () => {
    const twice = `
      1 invoke enqueue 7
      1 info enqueue 7
      2 invoke enqueue 7
      0 invoke dequeue
      0 ok dequeue 7
      0 invoke dequeue
      0 ok dequeue 7
    `;
    expect(judge(twice, "fifo-queue").valid).toBe(true);
    expect(judge(`${twice}\n0 invoke dequeue\n0 ok dequeue 7`, "fifo-queue").valid).toBe(false);
  });

  test("forgets what failed", () => {
    expect(
      judge(
        `
        0 invoke cas [0, 1]
        0 fail cas [0, 1]
        0 invoke read
        0 ok read null
      `,
        "cas-register",
      ).valid,
    ).toBe(true);
  });
});

test("says which operations of unknown outcome a valid history needs", () => {
  const verdict = check(
    history(`
      4 invoke write 5
      4 info write 5
      5 invoke write 6
      5 info write 6
      0 invoke read
      0 ok read 5
    `),
    { model: "register" },
  );
  expect(verdict.valid).toBe(true);
  expect(verdict.notes).toEqual([
    "Linearizable only if operations whose outcome is unknown took effect; the first: write 5 of process 4 (operation 0).",
  ]);
  const either = "4 invoke write 5\n5 invoke write 5\n0 invoke read\n0 ok read 5";
  expect(check(history(either), { model: "register" }).notes).toBe(undefined);
  expect(check(history("4 invoke write 5\n0 invoke read\n0 ok read null"), { model: "register" }).notes).toBe(
    undefined,
  );
});

describe("a verdict is unknown", () => {
  test.each([
    ["there is nothing", ""],
    ["nothing was read", "0 invoke write 1\n0 ok write 1"],
    ["no read returned", "0 invoke write 1\n0 ok write 1\n0 invoke read\n0 info read"],
    ["only the nemesis acted", "nemesis info kill"],
  ])("when %s", (_, text) => {
    expect(judge(text)).toMatchObject({
      valid: "unknown",
      reason: "no evidence: no completed operation could have shown a violation",
    });
  });

  /** Items that are repeated leave the order of a queue to a search. */
  const hard = [
    ...Array.from({ length: 12 }, (_, p) => `${p} invoke enqueue ${p % 3}`),
    ...Array.from({ length: 12 }, (_, p) => `${p} ok enqueue ${p % 3}`),
    "0 invoke dequeue",
    "0 ok dequeue 2",
  ];

  test("when the steps run out, saying how far it got, while other objects are still decided", () => {
    const keyed = hard.map((line) => `${line} key="hard"`).join("\n");
    const verdict = check(
      history(`${keyed}\n0 invoke dequeue key="easy"\n0 ok dequeue null key="easy"`),
      { model: "fifo-queue" },
      { steps: 10 },
    );
    expect(verdict.valid).toBe("unknown");
    expect(verdict.reason).toMatch(
      /^budget of steps ended: the search of key "hard" found an order for the first \d+ returned operations of 13; 1 of 2 objects decided$/,
    );
  });

  test("when the seconds run out", () => {
    let now = 0;
    const verdict = check(
      history(hard.join("\n")),
      { model: "fifo-queue" },
      { seconds: 5, clock: () => (now += 5) },
    );
    expect(verdict).toMatchObject({
      valid: "unknown",
      reason: expect.stringMatching(/^budget of seconds ended/),
    });
  });

  test("but a violation counts also when another object is undecided", () => {
    const keyed = hard.map((line) => `${line} key="hard"`).join("\n");
    const text = `${keyed}\n0 invoke dequeue key="easy"\n0 ok dequeue 1 key="easy"`;
    expect(check(history(text), { model: "fifo-queue" }, { steps: 10 }).valid).toBe(false);
  });

  test("when only completions were recorded and some order exists", () => {
    expect(judge("0 ok read 1\n1 ok write 1")).toMatchObject({
      valid: "unknown",
      reason: expect.stringMatching(/^no real-time order was recorded/),
    });
    expect(judge("0 ok read 2\n1 ok write 1").valid).toBe(false);
  });
});

describe("keyed histories", () => {
  test("take the first element of each value for the key", () => {
    const text = `
      0 invoke write ["x", 1]
      0 ok write ["x", 1]
      0 invoke read ["y", null]
      0 ok read ["y", null]
      0 invoke cas ["x", [1, 2]]
      0 ok cas ["x", [1, 2]]
    `;
    const verdict = judge(text, { model: "cas-register", keyed: true });
    expect(verdict).toMatchObject({ valid: true, verified: true });
    expect((verdict.certificate as LinearizationCertificate).partitions).toEqual([
      { key: "x", order: [0, 4] },
      { key: "y", order: [2] },
    ]);
  });

  test("refuse a value that is no pair", () => {
    expect(() => judge("0 invoke read\n0 ok read 1", { model: "register", keyed: true })).toThrow(
      "expected a pair [key, value] on every operation of a keyed history, found operation 0 (process 0, invoke read) with null",
    );
  });

  test("refuse a history that names its keys", () => {
    expect(() => judge('0 invoke read [1, null] key="x"', { model: "register", keyed: true })).toThrow(
      "leave out keyed",
    );
  });
});

describe("wrong use", () => {
  test("is an operation that the model does not know", () => {
    expect(() => judge("0 invoke push 1", "fifo-queue")).toThrow(
      'Model fifo-queue knows no operation "push" (operation 0). It expects enqueue, dequeue, peek.',
    );
  });

  test("is a value of another form", () => {
    expect(() => judge("0 invoke cas 5", "cas-register")).toThrow(
      "expected a pair [expected, new] as cas of model cas-register, found operation 0 (process 0, invoke cas) with 5",
    );
  });

  test("is a model that nobody knows", () => {
    expect(() => linearizable({ model: "registr" })).toThrow(
      'Unknown model "registr". Did you mean register?',
    );
  });

  test("is a budget of seconds without a clock", () => {
    expect(() => check(history(""), { model: "register" }, { seconds: 1 })).toThrow("needs a clock");
  });
});

test("a model of one's own needs no more than its steps; its key divides the history into objects", () => {
  const counters: Model<number> = {
    name: "counters",
    summary: "named counters",
    operations: [
      { f: "add", argument: "[counter, amount]", result: "ignored", meaning: "adds" },
      { f: "get", argument: "[counter]", result: "the sum", meaning: "reads" },
    ],
    initial: 0,
    changes: ({ f }) => f === "add",
    observes: ({ f }) => f === "get",
    key: ({ value }) => (Array.isArray(value) ? value[0] : null),
    step(sum, { f, value }, output) {
      if (f === "add") return sum + Number(Array.isArray(value) ? value[1] : 0);
      return output === unknownOutput || output === sum ? sum : new Refused(`the sum was ${sum}`);
    },
  };
  const text = `
    0 invoke add ["a", 2]
    1 invoke add ["b", 1]
    1 ok add
    0 info add
    2 invoke get ["a"]
    2 ok get 2
    2 invoke get ["b"]
  `;
  expect(judge(`${text}\n2 ok get 1`, { model: counters })).toMatchObject({ valid: true, verified: true });
  expect(judge(`${text}\n2 ok get 0`, { model: counters }).explanation).toBe(
    'Process 2 get ["b"] → 0 on key "b", but no moment between its start and its end allowed that, whatever ' +
      "the order of the operations around it. At best the sum was 1.",
  );
});

test("a history of many operations on one register needs no recursion and little memory", () => {
  const lines: string[] = [];
  for (let i = 0; i < 20_000; i++) {
    lines.push(`0 invoke write ${i}`, `1 invoke read`, `0 ok write ${i}`, `1 ok read ${i}`);
  }
  const verdict = judge(lines.join("\n"));
  expect(verdict.valid).toBe(true);
  expect(verdict.statistics["configurations"]).toBeLessThan(100_000);
});
