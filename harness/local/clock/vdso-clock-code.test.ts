import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";
import { describe, expect, it } from "vitest";

const source = join(import.meta.dirname, "vdso-clock.S");
const has = async (program: string): Promise<boolean> =>
  !(await execa(program, ["--version"], { reject: false })).failed;
const canAssemble = process.arch === "x64" && (await has("gcc")) && (await has("ld"));

describe("the code for the vDSO", () => {
  it.skipIf(!canAssemble)("is what its source assembles to (apt-get install gcc)", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rashomon-assemble-"));
    const [object, binary] = [join(folder, "code.o"), join(folder, "code")];
    await execa("gcc", ["-c", "-nostdlib", "-o", object, source]);
    await execa("ld", ["-e", "0", "-Ttext=0", "--oformat", "binary", "-o", binary, object]);
    const text = readFileSync(binary).toString("base64");
    const file = [
      "/** vdso-clock.S, assembled; its test makes this file. */",
      "export const vdsoClockCode: Buffer = Buffer.from(",
      `  "${text}",`,
      `  "base64",`,
      ");",
      "",
    ];
    await expect(file.join("\n")).toMatchFileSnapshot("vdso-clock-code.ts");
  });
});
