import { describe, expect, test } from "vitest";
import { history } from "../../histories/testing/notation.ts";
import type { NonlinearizableEvidence } from "./evidence.ts";
import { check } from "./linearizable.ts";

function told(model: string, text: string): { pattern: string | undefined; explanation: string | undefined } {
  const [anomaly] = check(history(text), { model }).anomalies;
  const evidence = anomaly?.evidence as NonlinearizableEvidence | undefined;
  return { pattern: evidence?.pattern, explanation: anomaly?.explanation };
}

/** Operations one after the other, each a millisecond long and one after the one before. */
function oneByOne(text: string): string {
  return text
    .trim()
    .split("\n")
    .map((line, i) => {
      const [process = "", f = "", argument = "null", result = argument] = line.trim().split(/\s+/);
      const begin = 2_000_000 * i;
      return `${process} invoke ${f} ${argument} @${begin}\n${process} ok ${f} ${result} @${begin + 1_000_000}`;
    })
    .join("\n");
}

describe("the sentence of a value", () => {
  test("that nobody wrote", () => {
    expect(told("register", oneByOne("0 read null 9"))).toEqual({
      pattern: "never-written",
      explanation: "Process 0 read 9, but nothing had ever put 9 there.",
    });
  });

  test("that was written only later", () => {
    expect(told("register", oneByOne("0 read null 9\n1 write 9"))).toEqual({
      pattern: "read-before-written",
      explanation:
        "Process 0 read 9, but 9 came only later: process 1 wrote 9, begun 1.0 ms after the read returned.",
    });
  });

  test("that had been overwritten", () => {
    expect(told("register", oneByOne("0 write 1\n1 write 2\n2 read null 1"))).toEqual({
      pattern: "stale-read",
      explanation:
        "Process 2 read 1, but 1 had been overwritten: process 1 wrote 2, acknowledged 1.0 ms before the read began.",
    });
  });

  test("that had been overwritten by a write still in flight, as a read shows", () => {
    expect(
      told(
        "register",
        `
        0 invoke write 1 @0
        0 ok write 1 @1000000
        1 invoke write 2 @2000000
        2 invoke read @3000000
        2 ok read 2 @4000000
        3 invoke read @5000000
        3 ok read 1 @6000000
      `,
      ),
    ).toEqual({
      pattern: "stale-read",
      explanation:
        "Process 3 read 1, but 1 had been overwritten: process 2 read 2, which came after it, and returned 1.0 ms before the read began.",
    });
  });

  test("that had been overwritten by the later of two writes at once, as a read shows that is still going on", () => {
    expect(
      told(
        "register",
        `
        0 invoke write 1 @0
        1 invoke write 2 @1000000
        0 ok write 1 @2000000
        1 ok write 2 @3000000
        2 invoke read @4000000
        3 invoke read @4500000
        2 ok read 2 @5000000
        3 ok read 1 @7000000
      `,
      ),
    ).toEqual({
      pattern: "stale-read",
      explanation:
        "Process 3 read 1, but 1 had been overwritten: process 1 wrote 2, acknowledged 1.5 ms before the read began. " +
        "That came after 1 for certain: 1 was there by 2 ms, and process 2 read 2 no sooner than 4 ms.",
    });
  });

  test("that several others had replaced", () => {
    expect(told("register", oneByOne("0 write 1\n1 write 2\n1 write 3\n2 read null 1")).explanation).toBe(
      "Process 2 read 1, but 1 had been overwritten: process 1 wrote 2, acknowledged 3.0 ms before the read began. " +
        "By then at least 2 later values had been there.",
    );
  });

  test("that two updates started from", () => {
    expect(
      told(
        "cas-register",
        `
        0 invoke write 1
        0 ok write 1
        1 invoke cas [1, 2]
        2 invoke cas [1, 3]
        1 ok cas [1, 2]
        2 ok cas [1, 3]
      `,
      ),
    ).toEqual({
      pattern: "lost-update",
      explanation:
        "Process 2 changed 1 to 3, but process 1 changed 1 to 2: both started from the same 1, so one of the two updates was lost.",
    });
  });

  test("names the key", () => {
    expect(told("register", '0 invoke read key="x"\n0 ok read 9 key="x"').explanation).toBe(
      'Process 0 read 9 on key "x", but nothing had ever put 9 there.',
    );
  });
});

describe("the sentence of an item", () => {
  test.each([
    ["fifo-queue", "enqueue", "dequeue"],
    ["unordered-queue", "enqueue", "dequeue"],
    ["stack", "push", "pop"],
  ])("of a %s removed twice", (model, add, remove) => {
    const { pattern, explanation } = told(
      model,
      oneByOne(`0 ${add} 1\n1 ${remove} null 1\n2 ${remove} null 1`),
    );
    expect(pattern).toBe("removed-twice");
    expect(explanation).toMatch(
      /^Process 2 (dequeued|popped) 1, but process 1 \1 1 as well, and 1 was there only once\.$/,
    );
  });

  test("that overtook another in a queue", () => {
    expect(told("fifo-queue", oneByOne("0 enqueue 1\n0 enqueue 2\n1 dequeue null 2"))).toEqual({
      pattern: "out-of-order",
      explanation:
        "Process 1 dequeued 2, but 1 was ahead of it: process 0 enqueued 1 before 2, and it was not removed.",
    });
  });

  test("that came out of a stack from below another", () => {
    expect(told("stack", oneByOne("0 push 1\n0 push 2\n1 pop null 1"))).toEqual({
      pattern: "out-of-order",
      explanation:
        "Process 1 popped 1, but 2 was above it: process 0 pushed 2 after 1, and it was not removed.",
    });
  });

  test("that came before one of greater priority", () => {
    expect(told("priority-queue", oneByOne("0 enqueue 1\n0 enqueue 2\n1 dequeue null 1"))).toEqual({
      pattern: "priority-inverted",
      explanation:
        "Process 1 dequeued 1, but 2, which comes first, was inside all the while: process 0 enqueued 2, acknowledged 1.0 ms before the dequeue began.",
    });
  });

  test("that was inside when nothing was found", () => {
    expect(told("fifo-queue", oneByOne("0 enqueue 1\n1 dequeue null null"))).toEqual({
      pattern: "not-empty",
      explanation:
        "Process 1 found the queue empty, but 1 was inside all the while: process 0 enqueued 1, acknowledged 1.0 ms before the dequeue began.",
    });
  });

  test("when there was always one or another", () => {
    expect(
      told(
        "fifo-queue",
        `
        0 invoke enqueue 1
        0 ok enqueue 1
        0 invoke enqueue 2
        1 invoke dequeue
        0 ok enqueue 2
        2 invoke dequeue
        2 ok dequeue null
        1 ok dequeue 1
      `,
      ),
    ).toEqual({
      pattern: "not-empty",
      explanation:
        "Process 2 found the queue empty, but something was inside at every moment between its start and its end, whatever the order of the operations around it.",
    });
  });

  test("that a set did not show", () => {
    expect(told("set", oneByOne("0 add 1\n1 read null []"))).toEqual({
      pattern: "missing",
      explanation:
        "Process 1 read [], but 1 was inside all the while: process 0 added 1, acknowledged 1.0 ms before the read began.",
    });
  });

  test("that was given out twice", () => {
    expect(told("unique-ids", oneByOne("0 generate null 4\n1 generate null 4")).explanation).toBe(
      "Process 1 got 4, but it was there already: process 0 got 4, acknowledged 1.0 ms before the generate began.",
    );
  });
});

describe("the sentence of a lock", () => {
  test("that two held", () => {
    expect(told("mutex", oneByOne("0 acquire\n1 acquire"))).toEqual({
      pattern: "held-twice",
      explanation:
        "Process 1 acquired the lock, but process 0 acquired the lock, acknowledged 1.0 ms before, and no release can have come in between.",
    });
  });

  test.each([
    ["lease", "1", undefined],
    ["reentrant-fenced-mutex", "0", undefined],
    ["reentrant-fenced-mutex", "1", "held-twice"],
    ["fenced-mutex", "0", "held-twice"],
  ])(
    "%s: that process %s took it after process 0, unless only the token is wrong",
    (model, second, pattern) => {
      expect(told(model, oneByOne(`0 acquire null 5\n${second} acquire null 3`)).pattern).toBe(pattern);
    },
  );

  test.each([
    ["the other had it", "0 acquire\n1 acquire"],
    ["the other had it again", "0 acquire\n0 release\n0 acquire\n1 acquire"],
    ["a third had it before", "2 acquire\n2 release\n0 acquire\n1 acquire"],
  ])("that its owner held, when %s", (_, lines) => {
    expect(told("owner-mutex", oneByOne(lines))).toEqual({
      pattern: "held-twice",
      explanation:
        "Process 1 acquired the lock, but process 0 acquired the lock, acknowledged 1.0 ms before, and no release can have come in between.",
    });
  });

  test("that its owner may have released is no other", () => {
    const { pattern } = told(
      "owner-mutex",
      oneByOne("0 acquire\n0 release\n1 acquire\n0 acquire\n0 release"),
    );
    expect(pattern).toBe("held-twice");
    expect(told("owner-mutex", oneByOne("0 acquire\n1 release")).pattern).not.toBe("held-twice");
  });

  test("that nobody held", () => {
    expect(told("mutex", oneByOne("0 release")).explanation).toBe(
      "Process 0 released the lock, but no moment between its start and its end allowed that, whatever the order of the " +
        "operations around it. At best the lock was not held.",
    );
  });
});

describe("the sentence of a place", () => {
  test("that two changes have", () => {
    expect(told("log", oneByOne("0 append 1 0\n0 append 2 0"))).toEqual({
      pattern: "order-contradicted",
      explanation:
        "Process 0 appended 2 at offset 0, but process 0 appended 1 at offset 0: two changes cannot have the same place in their order.",
    });
  });

  test("that comes before one acknowledged earlier", () => {
    expect(
      told("versioned-register", oneByOne("0 write 1 [1,1]\n0 write 2 [2,2]\n1 read null [1,1]")).explanation,
    ).toMatch(
      /^Process 1 read 1 at version 1, but process 0 wrote 2 at version 2, acknowledged 1.0 ms before the read began: place 1 comes before place 2\.$/,
    );
  });
});

test("a contradiction without a name tells the closest state and what was possible, in two sentences", () => {
  expect(told("counter", oneByOne("0 add 1\n1 read null 3"))).toEqual({
    pattern: undefined,
    explanation:
      "Process 1 read 3, but no moment between its start and its end allowed that, whatever the order of the operations around it. " +
      "At best the counter stood at 1, not at 3; possible results: 1.",
  });
});

test("times are told in the unit that reads best", () => {
  const at = (begin: number) =>
    told(
      "register",
      `0 invoke write 1 @0\n0 ok write 1 @1\n0 invoke write 2 @2\n0 ok write 2 @3\n1 invoke read @${begin + 3}\n1 ok read 1 @${begin + 4}`,
    ).explanation?.match(/acknowledged (.*) before/)?.[1];
  expect([0, 500, 120_000, 4_200_000, 312_000_000, 12_340_000_000].map(at)).toEqual([
    "just",
    "0.50 µs",
    "120 µs",
    "4.2 ms",
    "312 ms",
    "12.3 s",
  ]);
});
