import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { Json } from "../../histories/json.ts";
import { DurableStore } from "./durable-store.ts";

let directory = "";
let file = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "rashomon-store-"));
  file = join(directory, "durable.jsonl");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Opens the store, writes each group of values with a sync of its own, and closes it. */
async function write(...groups: Record<string, Json>[]): Promise<void> {
  const { store } = await DurableStore.open(directory, {
    onDurable: () => undefined,
    onError: (error) => {
      throw error;
    },
  });
  for (const group of groups) {
    for (const [name, value] of Object.entries(group)) store.persist(name, value);
    const ticket = store.sync();
    while (store.durable < ticket) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await store.close();
}

async function read(): Promise<{ values: Record<string, Json>; tornBytes: number }> {
  const { store, values, tornBytes } = await DurableStore.open(directory, {
    onDurable: () => undefined,
    onError: () => undefined,
  });
  await store.close();
  return { values: Object.fromEntries(values), tornBytes };
}

describe("a durable store", () => {
  test("is empty at first, and gives back the last value of each name", async () => {
    expect(await read()).toEqual({ values: {}, tornBytes: 0 });
    await write({ a: 1, b: { c: [null] } }, { a: 2 });
    await write({ d: "\n" });
    expect((await read()).values).toEqual({ a: 2, b: { c: [null] }, d: "\n" });
  });

  test("loses what no sync followed", async () => {
    const { store } = await DurableStore.open(directory, {
      onDurable: () => undefined,
      onError: () => undefined,
    });
    store.persist("a", 1);
    await store.close();
    expect((await read()).values).toEqual({});
  });

  test("shares one commit among all who wait", async () => {
    await write({ a: 0 });
    const { store } = await DurableStore.open(directory, {
      onDurable: () => undefined,
      onError: () => undefined,
    });
    for (let i = 1; i <= 100; i++) {
      store.persist("a", i);
      store.sync();
    }
    await store.close();
    expect((await read()).values).toEqual({ a: 100 });
    expect(readFileSync(file, "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(3);
  });

  test("drops a torn last commit whole, wherever it is torn, and goes on after it", async () => {
    await write({ a: 1 });
    const kept = readFileSync(file);
    await write({ a: 2, b: 2 });
    const whole = readFileSync(file);
    for (let length = kept.length + 1; length < whole.length; length += 3) {
      writeFileSync(file, whole.subarray(0, length));
      expect(await read()).toEqual({ values: { a: 1 }, tornBytes: length - kept.length });
      await write({ c: 3 });
      expect(await read()).toEqual({ values: { a: 1, c: 3 }, tornBytes: 0 });
    }
  });

  test("refuses to start from a log that is damaged before its end", async () => {
    await write({ a: 1 }, { a: 2 });
    const bytes = readFileSync(file);
    bytes[12] = (bytes[12] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    await expect(read()).rejects.toThrow(/durable\.jsonl:1: expected a commit with its checksum/);
  });

  test("writes its log anew when most of it is out of date", async () => {
    const value = "x".repeat(100_000);
    await write(...Array.from({ length: 40 }, (_, i) => ({ a: `${i}${value}` })));
    expect(statSync(file).size).toBeLessThan(1_500_000);
    appendFileSync(file, "torn");
    expect(await read()).toEqual({ values: { a: `39${value}` }, tornBytes: 4 });
  });

  test("holds everything acknowledged before a kill -9", async () => {
    const module = new URL("../../dist/modules/harness/host/durable-store.js", import.meta.url);
    // Each commit is 20 values of 2 kB, so that the log is written anew every second or so of commits.
    const writer = `
      const { DurableStore } = await import(${JSON.stringify(module.href)});
      let last = 0, ticket = 0;
      const next = () => {
        if (last > 0) process.stdout.write(last + "\\n");
        const begin = last;
        while (last < begin + 20) { last++; store.persist("k" + (last % 50), [last, "x".repeat(2000)]); }
        ticket = store.sync();
      };
      const { store, values } = await DurableStore.open(process.argv[1], {
        onDurable: () => { if (store.durable >= ticket) next(); },
        onError: (error) => { throw error; },
      });
      for (const [value] of values.values()) last = Math.max(last, value);
      next();`;
    let acknowledged = 0;
    for (let round = 0; round < 12; round++) {
      const child = spawn(process.execPath, ["--input-type=module", "-e", writer, directory]);
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        // Killed at a moment that differs from round to round, once something was acknowledged.
        setTimeout(() => child.kill("SIGKILL"), round * 17);
      });
      let complaints = "";
      child.stderr.on("data", (chunk: Buffer) => (complaints += chunk.toString()));
      await new Promise((resolve) => child.on("close", resolve));
      expect(complaints).toBe("");
      acknowledged = Math.max(acknowledged, ...output.trim().split("\n").map(Number));
      const { values } = await read();
      const recovered = Object.values(values).map((value) => (Array.isArray(value) ? Number(value[0]) : 0));
      expect(Math.max(...recovered)).toBeGreaterThanOrEqual(acknowledged);
      // Each of the fifty names holds its newest value, none older than the last fifty.
      expect(Math.min(...recovered)).toBeGreaterThan(acknowledged - 50);
    }
    expect(acknowledged).toBeGreaterThan(200);
  });
});
