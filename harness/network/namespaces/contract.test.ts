import { fileURLToPath } from "node:url";

import { execa } from "execa";
import { expect, it } from "vitest";

import { probeNamespaces } from "./probe.ts";

const probe = await probeNamespaces();
if (!probe.available) console.warn(`skipped: a network of namespaces; ${probe.reason}`);
const root = fileURLToPath(new URL("../../..", import.meta.url));

it.runIf(probe.available)(
  "a network of namespaces does all that one of proxies does, hurts single packets, and keeps daemons together",
  async () => {
    // The tests themselves have to be in a namespace.
    const options = probe.available ? probe.options : [];
    const vitest = [
      "node_modules/vitest/vitest.mjs",
      "run",
      "--reporter=verbose",
      "harness/network/contract.test.ts",
    ];
    const { exitCode, all } = await execa("unshare", [...options, "--", process.execPath, ...vitest], {
      cwd: root,
      env: { RASHOMON_TEST_NAMESPACE: "1", NO_COLOR: "1" },
      all: true,
      reject: false,
    });
    expect(exitCode, all).toBe(0);
    // Those of single packets are run here and nowhere else.
    expect(all).toMatch(/are lost at the rate that was asked/);
    expect(all).not.toMatch(/skipped/);
  },
  180_000,
);
