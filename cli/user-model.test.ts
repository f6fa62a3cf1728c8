import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { execa } from "execa";
import { describe, expect, test } from "vitest";

import { OneOf, Refused, unknownOutput } from "../checkers/index.ts";
import { findModel, loadModel } from "./user-model.ts";
import { isFile } from "./user-module.ts";

const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "rashomon-model-"));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function rashomon(...args: string[]) {
  return execa(process.execPath, [program, ...args], { cwd: root, reject: false, env: { NO_COLOR: "1" } });
}

function recorded(name: string, ...events: [string, string, unknown][]): string {
  return file(
    name,
    events.map(([type, f, value], i) => JSON.stringify({ time: i, process: 0, type, f, value })).join("\n"),
  );
}

describe("a model of the user's own", () => {
  test("judges in TypeScript", async () => {
    const model = "examples/models/ticket-counter.ts";
    const right = recorded(
      "right.jsonl",
      ["invoke", "take", null],
      ["ok", "take", 1],
      ["invoke", "peek", null],
      ["ok", "peek", 1],
    );
    const wrong = recorded(
      "wrong.jsonl",
      ["invoke", "take", null],
      ["ok", "take", 1],
      ["invoke", "take", null],
      ["ok", "take", 1],
    );
    const judged = await rashomon("check", right, wrong, "--model", model, "--json");
    expect(judged.stderr).toBe("");
    const [first, second] = judged.stdout.split("\n").map((line): unknown => JSON.parse(line));
    expect(first).toMatchObject({
      valid: true,
      checks: [{ model: "ticket-counter", certificate: { verified: true } }],
    });
    expect(second).toMatchObject({ valid: false });
    expect(judged.exitCode).toBe(1);
  });

  test("judges in JavaScript, with states of which one is reached, nobody knows which", async () => {
    const model = "examples/models/small-cache.js";
    const put = (key: string, item: number): [string, string, unknown][] => [
      ["invoke", "put", [key, item]],
      ["ok", "put", [key, item]],
    ];
    const get = (key: string, item: number | null): [string, string, unknown][] => [
      ["invoke", "get", key],
      ["ok", "get", item],
    ];
    const filled = [...put("a", 1), ...put("b", 2), ...put("c", 3)];
    const oneGone = recorded("one-gone.jsonl", ...filled, ...get("a", 1), ...get("b", null));
    const noneGone = recorded("none-gone.jsonl", ...filled, ...get("a", 1), ...get("b", 2));
    expect((await rashomon("check", oneGone, "--linearizable", `./${model}`)).exitCode).toBe(0);
    const invalid = await rashomon("check", noneGone, "--model", model);
    expect(invalid.stdout).toContain('for "b"');
    expect(invalid.exitCode).toBe(1);
  });

  test("is told from the name of a model by its path", () => {
    expect(
      ["./model", "../m.js", "/tmp/m.mts", "model.ts", "folder/model.cjs"].filter((path) => !isFile(path)),
    ).toEqual([]);
    expect(["register", "fifo-queue"].filter(isFile)).toEqual([]);
  });

  test("may be a default export, a bare object, or a function of the initial state", async () => {
    const bare = file("bare.mjs", "export default { name: 'bare', initial: 7, step: (state) => state };");
    expect((await loadModel(bare)).initial).toBe(7);
    expect((await loadModel(bare, 8)).initial).toBe(8);
    const made = file(
      "made.ts",
      "export default (initial = 1) => ({ name: 'made', initial: initial as number, step: (s: number) => s });",
    );
    expect((await findModel(made, 5)).initial).toBe(5);
    const common = file(
      "common.cjs",
      "module.exports = { name: 'common', initial: null, step: (state) => state };",
    );
    expect((await loadModel(common)).name).toBe("common");
    const typed = file(
      "typed.ts",
      `import { defineModel, oneOf, refuse, unknownOutput, type Model } from "rashomon/checkers";
       const step: Model<number>["step"] = (state, { f }, output) =>
         f === "no" ? refuse("never") : output === unknownOutput ? oneOf(state, state + 1) : state;
       export const model = defineModel({ name: "typed", initial: 0, step });`,
    );
    const model = await loadModel(typed);
    expect(model.step(0, { f: "no", value: null }, null)).toBeInstanceOf(Refused);
    expect(model.step(0, { f: "yes", value: null }, unknownOutput)).toBeInstanceOf(OneOf);
  });

  test.each([
    ["export const other = 1;", "exports no model"],
    ["export default 3;", "A model is an object {name, initial, step}, not a number."],
    ["export default { initial: 0, step: () => 0 };", "A model needs a name"],
    ["export default { name: 'm', step: () => 0 };", "Model m needs initial"],
    ["export default { name: 'm', initial: new Set(), step: () => 0 };", "initial is no JSON value: a Set"],
    [
      "export default { name: 'm', initial: 0 };",
      "Model m needs step(state, input, output), a function; found nothing.",
    ],
    [
      "export default { name: 'm', initial: 0, step: () => 0, key: 3 };",
      "Model m: key is a function, not a number.",
    ],
    [
      "export default { name: 'm', initial: 0, step: () => 0, hash: () => 3 };",
      "Model m has no hash. Known: name,",
    ],
    [
      "export default { name: 'm', initial: 0, step: () => 0, operations: ['read'] };",
      "each of operations is",
    ],
    ["export default {", "could not be loaded. "],
    ["throw new Error('not today');", "could not be loaded. Error: not today"],
    ["export default (initial) => ({ name: 'm', initial, step: () => 0 });", "Say it with --initial"],
    [
      "export default () => { throw new Error('no state'); };",
      "threw when asked for its model. Error: no state",
    ],
  ])("%s: %s", async (text, message) => {
    const path = file(`wrong-${Math.abs(text.length * 31 + message.length)}.ts`, text);
    const failed: unknown = await loadModel(path).catch((error: unknown) => error);
    expect(String(failed)).toContain(message);
    expect(String(failed)).toContain(path);
  });

  test("that is not there is wrong use", async () => {
    await expect(findModel("./nowhere.ts")).rejects.toThrow("There is no model file ./nowhere.ts.");
  });

  test.each([
    ["() => undefined", "returned nothing: it has to return the next state"],
    ["() => false", "returned false, which is no state like the initial one"],
    ["() => new Map()", "returned what is no JSON value: a Map"],
    ["() => ({ x: NaN })", "returned what is no JSON value: a number that is NaN as x"],
    ["() => { throw new Error('no idea'); }", "threw Error: no idea"],
    ["(state) => { state.items.push(1); return state; }", "states are frozen: return a new one"],
    ["(() => { let n = 0; return () => n++; })()", "said something else when asked again"],
  ])("whose step is %s is an error, not a verdict", async (step, message) => {
    const model = await loadModel(
      file("broken.mts", `export default { name: "broken", initial: { items: [] }, step: ${step} };`),
    );
    expect(() => model.step({ items: [] }, { f: "add", value: 3 }, null)).toThrow(message);
    expect(() => model.step({ items: [] }, { f: "add", value: 3 }, null)).toThrow(
      'Operation: add 3, with result null; state: {"items":[]}.',
    );
  });

  test("that changes its states where nothing forbids it is found out", async () => {
    const sloppy =
      "module.exports = { name: 'sloppy', initial: { n: 0 }, step(state) { state.n = 5; return { n: 5 }; } };";
    const model = await loadModel(file("sloppy.cjs", sloppy));
    expect(() => model.step({ n: 0 }, { f: "add", value: 3 }, null)).toThrow(
      "changed the state that it was given",
    );
  });
});
