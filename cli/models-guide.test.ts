import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { check, modelCatalogue, modelNamed } from "../checkers/index.ts";
import { HistoryBuilder, readHistory, type Json } from "../histories/index.ts";
import { modelAsData, modelInWords, modelNames, modelsPage } from "./models-guide.ts";
import { loadModel } from "./user-model.ts";

test("docs/models.md is in step with the models (npx vitest run cli/models-guide.test.ts -u writes it)", async () => {
  await expect(modelsPage()).toMatchFileSnapshot(
    fileURLToPath(new URL("../docs/models.md", import.meta.url)),
  );
});

test("a model is told with its operations, an example, and its initial state", () => {
  expect(modelInWords("cas-register")).toBe(
    `cas-register: a register with compare-and-set: read, write, cas
  read: returns the current value
    argument: null
    result: the value read
  write: replaces the current value
    argument: the new value; where it is null, that of the result
    result: anything (usually the same value)
  cas: replaces the current value if it is the expected one
    argument: [expected, new]
    result: anything (usually the same pair); a compare-and-set that found another value is recorded as fail
  --initial: any value
  For example:
    {"process":0,"type":"invoke","f":"cas","value":[3,4]}
    {"process":0,"type":"ok","f":"cas","value":[3,4]}`,
  );
  expect(modelAsData("lease")).toMatchObject({
    name: "lease",
    operations: { length: 4 },
    example: { length: 2 },
  });
  expect(() => modelInWords("regsiter")).toThrow("Did you mean register?");
});

test.each(modelNames())("the example of %s is of the form that the model asks for", (name) => {
  const entry = modelCatalogue.find(({ model }) => model.name === name)!;
  const builder = new HistoryBuilder();
  entry.example.forEach((line, time) => {
    const event = JSON.parse(line) as { f: string; type: "invoke" | "ok"; value: Json };
    builder.add({ ...event, time, process: 0 });
  });
  // It may well be wrong at the start of an object, but it is understood.
  expect(() => check(builder.build(), { model: modelNamed(name) })).not.toThrow();
});

test("the model that CONTRIBUTING shows works as it says", async () => {
  const page = readFileSync(new URL("../CONTRIBUTING.md", import.meta.url), "utf8");
  const section = page.slice(page.indexOf("## Add a model"));
  const block = (language: string): string =>
    new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(section)?.[1] ?? "";
  const folder = mkdtempSync(join(tmpdir(), "rashomon-box-"));
  writeFileSync(join(folder, "box.ts"), block("ts"));
  writeFileSync(join(folder, "box.jsonl"), block("json"));
  const model = await loadModel(join(folder, "box.ts"));
  const history = await readHistory(join(folder, "box.jsonl"));
  const verdict = check(history, { model });
  expect(verdict.valid).toBe(false);
  expect(verdict.anomalies[0]?.explanation).toContain("At best 5 was not in the box.");
  expect(verdict.anomalies[0]?.operations.map((index) => history.operation(index).f)).toContain("take");
  writeFileSync(join(folder, "box.jsonl"), block("json").split("\n").slice(0, 6).join("\n"));
  expect(check(await readHistory(join(folder, "box.jsonl")), { model }).valid).toBe(true);
});
