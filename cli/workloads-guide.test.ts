import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { workloads } from "../workloads/index.ts";
import { testCommand } from "./commands/test.ts";
import { workloadsPage } from "./workloads-guide.ts";
import { optionOf } from "../harness/index.ts";

test("docs/workloads.md is in step with the workloads (npx vitest run cli/workloads-guide.test.ts -u writes it)", async () => {
  await expect(workloadsPage()).toMatchFileSnapshot(
    fileURLToPath(new URL("../docs/workloads.md", import.meta.url)),
  );
});

test("every setting of a workload is an option of the command test", () => {
  const options = testCommand().options.map(({ long }) => long);
  for (const { settings } of workloads.values())
    for (const setting of settings) expect(options).toContain(optionOf(setting));
});
