import { describe, expect, test } from "vitest";
import { judge } from "../testing/judge-text.ts";

describe("published histories", () => {
  // Herlihy & Wing 1990, figure 1: histories of a queue.
  const concurrentEnqueues = `
    0 invoke enqueue "x"
    1 invoke enqueue "y"
    0 ok enqueue "x"
    1 ok enqueue "y"
    0 invoke dequeue
    0 ok dequeue "y"
  `;
  test("concurrent enqueues may come out in either order (H1)", () => {
    expect(judge(concurrentEnqueues, "fifo-queue").valid).toBe(true);
  });

  test("an item may not overtake one enqueued before it (H2)", () => {
    expect(
      judge(
        `
        0 invoke enqueue "x"
        0 ok enqueue "x"
        1 invoke enqueue "y"
        1 ok enqueue "y"
        0 invoke dequeue
        0 ok dequeue "y"
      `,
        "fifo-queue",
      ).valid,
    ).toBe(false);
  });

  test("a pending enqueue may have happened (H3)", () => {
    expect(judge('0 invoke enqueue "x"\n1 invoke dequeue\n1 ok dequeue "x"', "fifo-queue").valid).toBe(true);
  });

  test("an item comes out once (H4)", () => {
    expect(
      judge(
        `
        0 invoke enqueue "x"
        1 invoke enqueue "y"
        0 ok enqueue "x"
        1 ok enqueue "y"
        0 invoke dequeue
        2 invoke dequeue
        0 ok dequeue "y"
        2 ok dequeue "y"
      `,
        "fifo-queue",
      ).valid,
    ).toBe(false);
  });

  // Lamport 1986: two reads during one write; the second may not go back (new-old inversion).
  test("two reads in turn during one write may not see the new value and then the old one", () => {
    expect(
      judge(`
        0 invoke write 1
        1 invoke read
        1 ok read 1
        1 invoke read
        1 ok read null
        0 ok write 1
      `).valid,
    ).toBe(false);
  });
});
