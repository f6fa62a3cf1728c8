import { describe, expect, it } from "vitest";

import type { Step } from "../../scheduler/scheduler.ts";
import { ScriptSource, type ScriptedOperation } from "./script.ts";

const operation = (at: number, thread: number | "nemesis", f: string): ScriptedOperation => ({
  at,
  thread,
  f,
  value: null,
});
const shown = (step: Step): string =>
  step.kind === "dispatch"
    ? `${step.operation.process} ${step.operation.f}`
    : step.kind === "wait"
      ? `wait ${step.until ?? ""}`.trim()
      : step.kind;

describe("a script", () => {
  it("begins each operation at its time, in order, and ends when all are complete", () => {
    const source = new ScriptSource(
      [operation(1, 0, "a"), operation(1, "nemesis", "b"), operation(5, 1, "c")],
      2,
    );
    expect(shown(source.next(0))).toBe("wait 1000");
    expect(shown(source.next(1000))).toBe("0 a");
    expect(shown(source.next(1000))).toBe("nemesis b");
    expect(shown(source.next(1000))).toBe("wait 5000");
    source.complete("nemesis", { type: "info" }, 1000);
    expect(shown(source.next(6000))).toBe("1 c");
    expect(shown(source.next(6000))).toBe("wait");
    source.complete(0, { type: "ok" }, 6000);
    source.complete(1, { type: "ok" }, 6000);
    expect(shown(source.next(6000))).toBe("done");
  });

  it("holds an operation back while its thread is busy, and none of another thread", () => {
    const source = new ScriptSource([operation(0, 0, "a"), operation(0, 0, "b"), operation(0, 1, "c")], 2);
    expect(shown(source.next(0))).toBe("0 a");
    expect(shown(source.next(0))).toBe("1 c");
    expect(shown(source.next(0))).toBe("wait");
    source.complete(0, { type: "ok" }, 10);
    expect(shown(source.next(10))).toBe("0 b");
  });

  it("goes on under a new process after an info", () => {
    const source = new ScriptSource([operation(0, 1, "a"), operation(0, 1, "b")], 3);
    expect(shown(source.next(0))).toBe("1 a");
    expect(source.complete(1, { type: "info" }, 5)).toMatchObject({ retired: true, process: 1 });
    expect(shown(source.next(5))).toBe("4 b");
  });

  it("lasts until it may end", () => {
    const source = new ScriptSource([operation(0, 0, "a")], 1, 50);
    source.next(0);
    source.complete(0, { type: "ok" }, 10);
    expect(shown(source.next(10))).toBe("wait 50000");
    expect(shown(source.next(50_000))).toBe("done");
  });
});
