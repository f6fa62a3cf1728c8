import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { amongMachines, noMachines } from "../testing/machines.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const skipped = await noMachines();
const noIptables = existsSync("/usr/sbin/iptables") ? undefined : "iptables is not installed";
for (const reason of [skipped, noIptables])
  if (reason !== undefined)
    process.stderr.write(`tests of networks between machines are skipped: ${reason}\n`);

describe.skipIf(skipped !== undefined)("the network between machines", () => {
  test.each([
    { filter: "nftables", without: "", clocks: "own", tests: ".", missing: undefined },
    // What differs, that is: how packets are told apart, and what becomes of them.
    {
      filter: "iptables",
      without: "nft",
      clocks: "shared",
      tests: "to clients|breaks|only so much|lost",
      missing: noIptables,
    },
  ])(
    "does by $filter what every network does",
    async ({ without, clocks, tests, missing }) => {
      if (missing !== undefined) return;
      const files = ["harness/network/contract.test.ts"];
      if (clocks === "own") files.push("harness/remote/remote-clocks.test.ts");
      // What is left afterwards is a rule of somebody else's.
      const { exitCode, stdout, stderr } = await amongMachines(
        3,
        `
        for i in 1 2 3; do ssh -F $folder/ssh_config 10.99.0.$i iptables -A INPUT -s 192.0.2.1 -j DROP; done
        cd ${root}
        RASHOMON_TEST_INVENTORY=$folder/inventory.json node node_modules/vitest/vitest.mjs run --reporter=verbose -t '${tests}' ${files.join(" ")} 2>&1
        code=$?
        for i in 1 2 3; do ssh -F $folder/ssh_config 10.99.0.$i '
          iptables -S | grep -c rashomon; nft list tables | grep -c rashomon; iptables -S | grep 192.0.2.1'; done | sort | uniq -c
        exit $code
        `,
        { WITHOUT: without, CLOCKS: clocks },
      );
      expect(exitCode, stdout + stderr).toBe(0);
      expect(stdout).toMatch(/✓.*cuts the links to clients/);
      expect(stdout).toMatch(/✓.*breaks connections that are open/);
      expect(stdout).toMatch(/✓.*are lost at the rate that was asked/);
      if (clocks === "own") expect(stdout).toMatch(/✓.*jump alone, and are set right/);
      expect(stdout).toMatch(/^ *6 0$/m);
      expect(stdout).toMatch(/^ *3 -A INPUT -s 192\.0\.2\.1\/32 -j DROP$/m);
    },
    120_000,
  );
});
