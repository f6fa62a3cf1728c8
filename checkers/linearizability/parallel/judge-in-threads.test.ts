import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readHistoryFrom } from "../../../histories/codecs/read.ts";
import { historyText } from "../../../histories/codecs/write.ts";
import { InputError } from "../../../histories/errors.ts";
import type { History } from "../../../histories/history.ts";
import { history } from "../../../histories/testing/notation.ts";
import type { Budget } from "../../checker.ts";
import { check, checkInThreads, type LinearizabilityOptions } from "../linearizable.ts";
import { register } from "../models/register.ts";

const folder = mkdtempSync(join(tmpdir(), "rashomon-threads-"));
const worker = pathToFileURL(join(folder, "worker.mjs"));

// Worker threads load compiled files only.
beforeAll(() =>
  build({
    entryPoints: [new URL("./worker.ts", import.meta.url).pathname],
    outfile: join(folder, "worker.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "error",
  }),
);
afterAll(() => rmSync(folder, { recursive: true }));

/** Objects 0, 1, …, `bad` of which are read stale, and `broken` have a malformed operation. */
function objects(count: number, bad: readonly number[] = [], broken: readonly number[] = []): History {
  const lines: string[] = [];
  for (let key = 0; key < count; key++) {
    lines.push(`0 invoke write 1 key=${key}`, `1 invoke read key=${key}`, `0 ok write 1 key=${key}`);
    lines.push(`1 ok read 1 key=${key}`, `0 invoke write 2 key=${key}`, `0 ok write 2 key=${key}`);
    lines.push(`1 invoke read key=${key}`, `1 ok read ${bad.includes(key) ? 1 : 2} key=${key}`);
    if (broken.includes(key)) lines.push(`0 invoke cas 7 key=${key}`, `0 ok cas 7 key=${key}`);
  }
  return history(lines.join("\n"));
}

/** The verdict or error with this many threads from the first object on. */
async function outcome(
  of: History,
  workers: number,
  options: LinearizabilityOptions = { model: "cas-register" },
  budget: Budget = {},
  alone = 0,
): Promise<string> {
  try {
    return JSON.stringify(await checkInThreads(of, options, budget, { workers, worker, alone }));
  } catch (error) {
    return String(error);
  }
}

describe("the verdict does not depend on the number of threads", () => {
  test.each<[string, History]>([
    ["valid", objects(40)],
    ["invalid here and there", objects(40, [3, 17, 39])],
    [
      "invalid more often than is explained",
      objects(
        60,
        Array.from({ length: 50 }, (_, i) => i + 5),
      ),
    ],
    ["read from a file", readHistoryFrom([...historyText(objects(12, [7]), "native")].join(""))],
  ])("%s", async (_, recorded) => {
    const alone = JSON.stringify(check(recorded, { model: "cas-register" }));
    for (const workers of [1, 2, 4]) expect(await outcome(recorded, workers)).toBe(alone);
    expect(await outcome(recorded, 2, undefined, {}, 60)).toBe(alone);
  });

  test("when budgets of steps end", async () => {
    const recorded = objects(20, [4]);
    const budget = { steps: 1 };
    const alone = JSON.stringify(check(recorded, { model: "cas-register" }, budget));
    for (const workers of [2, 4]) expect(await outcome(recorded, workers, undefined, budget)).toBe(alone);
  });

  test("when null has to be read in two ways", async () => {
    const text = `[{:process 0 :type :invoke :f :write :value [1 5]} {:process 0 :type :ok :f :write :value [1 5]}
      {:process 0 :type :invoke :f :read :value [1 nil]} {:process 0 :type :ok :f :read :value [1 nil]}
      {:process 0 :type :invoke :f :read :value [2 nil]} {:process 0 :type :ok :f :read :value [2 nil]}]`;
    const recorded = readHistoryFrom(text, { format: "edn" });
    const options = { model: "register", keyed: true } as const;
    const alone = JSON.stringify(check(recorded, options));
    expect(alone).toContain("hangs on what a read of null says");
    expect(await outcome(recorded, 2, options)).toBe(alone);
  });
});

test("what objects throw keeps its class, and that of the first is thrown", async () => {
  const recorded = objects(40, [2], [11, 30]);
  const wrong = (): unknown => check(recorded, { model: "cas-register" });
  expect(wrong).toThrow(InputError);
  for (const workers of [1, 2, 4]) {
    const threads = { workers, worker, alone: 0 };
    const error = await checkInThreads(recorded, { model: "cas-register" }, {}, threads).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(InputError);
    expect(wrong).toThrow((error as InputError).message);
  }
});

test("a model that is no name, and a history that is soon judged, stay in this thread", async () => {
  const nowhere = new URL("file:///nowhere.mjs");
  const recorded = objects(4);
  const few = { workers: 2, worker: nowhere };
  expect((await checkInThreads(recorded, { model: register() }, {}, { ...few, alone: 0 })).valid).toBe(true);
  expect((await checkInThreads(recorded, { model: "register" }, {}, few)).valid).toBe(true);
  await expect(checkInThreads(recorded, { model: "register" }, {}, { ...few, alone: 0 })).rejects.toThrow();
});
