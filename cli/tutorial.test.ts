import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { execa } from "execa";
import { describe, expect, test } from "vitest";

const program = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const tutorial = readFileSync(new URL("../docs/tutorial.md", import.meta.url), "utf8");

/** A block of the tutorial: a new file, a change of one, or what is typed into a terminal and seen there. */
interface Block {
  readonly kind: string;
  readonly file: string;
  readonly text: string;
}

const steps = tutorial
  .split(/^## /m)
  .slice(1)
  .map((section) => ({
    title: section.split("\n", 1)[0] ?? "",
    blocks: [...section.matchAll(/^```(\w+) ?(\S*)\n(.*?)^```$/gms)].map(
      ([, kind = "", file = "", text = ""]): Block => ({ kind, file, text }),
    ),
  }));

/** The files as they are after each step. */
const states: Map<string, string>[] = [];
for (const { blocks } of steps) {
  const files = new Map(states.at(-1));
  for (const { kind, file, text } of blocks) {
    if (kind === "diff") files.set(file, changed(files.get(file) ?? "", text));
    else if (kind !== "console") files.set(file, text);
  }
  states.push(files);
}

/** A text with the change of a unified diff made in it. */
function changed(before: string, diff: string): string {
  const lines = before.split("\n");
  const result: string[] = [];
  let at = 0;
  for (const line of diff.trimEnd().split("\n")) {
    const hunk = /^@@ -(\d+)/.exec(line);
    if (hunk !== null) {
      const start = Number(hunk[1]) - 1;
      result.push(...lines.slice(at, start));
      at = start;
    } else if (line.startsWith("+")) result.push(line.slice(1));
    else {
      if (lines[at] !== line.slice(1)) throw new Error(`expected ${line.slice(1)}, found ${lines[at]}`);
      if (line.startsWith(" ") || line === "") result.push(line.slice(1));
      at++;
    }
  }
  return [...result, ...lines.slice(at)].join("\n");
}

describe("the tutorial", () => {
  test("has ten steps, and ends with the example", () => {
    expect(steps.map(({ title }) => Number.parseInt(title, 10))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const [file, text] of states.at(-1) ?? [])
      expect(text).toBe(readFileSync(new URL(`../examples/tutorial/${file}`, import.meta.url), "utf8"));
  });

  // The report of one step is of the run of the step before it.
  const groups = [[1], [2], [3], [4], [5], [6], [7, 8], [9], [10]].map((numbers) => ({ numbers }));
  test.each(groups)("shows in step $numbers what one sees", async ({ numbers }) => {
    const folder = mkdtempSync(join(tmpdir(), "rashomon-tutorial-"));
    for (const number of numbers) {
      for (const [file, text] of states[number - 1] ?? []) writeFileSync(join(folder, file), text);
      for (const { kind, text } of steps[number - 1]?.blocks ?? [])
        if (kind === "console") await seeing(text, folder);
    }
  });
});

/** Whatever a run does not show at once, a few more do. */
const tries = 3;

/** Types what a block says, and sees what it shows. */
async function seeing(block: string, folder: string): Promise<void> {
  const [command = "", ...lines] = block.trimEnd().split("\n").map(onOneLine);
  for (let attempt = 1; ; attempt++) {
    const words = command.replace(/^\$ npx rashomon /, "").split(" ");
    const { all } = await execa(process.execPath, [program, ...words], {
      cwd: folder,
      reject: false,
      all: true,
      env: { NO_COLOR: "1" },
    });
    const found = onOneLine(all);
    if (attempt < tries && !lines.every((line) => found.includes(line))) continue;
    for (const line of lines) expect(found).toContain(line);
    return;
  }
}

function onOneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ");
}
