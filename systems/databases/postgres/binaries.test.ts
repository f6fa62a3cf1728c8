import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { afterEach, expect, test } from "vitest";

import { postgresBinaries } from "./binaries.ts";

const path = process.env["PATH"];
const folder = mkdtempSync(join(tmpdir(), "rashomon-path-"));
afterEach(() => {
  process.env["PATH"] = path;
  rmSync(folder, { recursive: true, force: true });
});

test("of installed servers the one in the PATH is started", async () => {
  const [initdb, postgres] = [join(folder, "initdb"), join(folder, "postgres")];
  for (const program of [initdb, postgres]) writeFileSync(program, "", { mode: 0o755 });
  process.env["PATH"] = ["/nowhere", folder].join(delimiter);
  expect(await postgresBinaries("installed")).toEqual({ initdb, postgres });
});
