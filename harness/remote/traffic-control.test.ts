import { execa } from "execa";
import { describe, expect, test } from "vitest";

import type { LinkFault } from "../network/link-network.ts";
import { Holder } from "../network/namespaces/holder.ts";
import { noMachines } from "../testing/machines.ts";
import type { ShellCommand } from "./packet-filter.ts";
import { countDisturbed, disturb, undisturb, type Disturbances } from "./traffic-control.ts";

const place = {
  address: "10.0.0.1",
  peers: ["10.0.0.2", "10.0.0.3"],
  ports: [7400, 7401],
  sshPort: 22,
};
const late: LinkFault = { kind: "latency", milliseconds: 100, jitter: 50 };

/** What tc is told, without what is the same in every line. */
function told(options: Partial<Disturbances>): string[] {
  const { input = "" } = disturb({ ...place, disturbed: [], ...options });
  return input
    .trimEnd()
    .split("\n")
    .map((line) => line.replaceAll(/ (DEVICE|parent 7261:(?= )|quantum 60000)/g, ""));
}

const ssh = [
  "filter add protocol ip prio 1 u32 match ip sport 22 0xffff flowid 7261:0",
  "filter add protocol ip prio 1 u32 match ip dport 22 0xffff flowid 7261:0",
];

describe("what tc is told", () => {
  test("delays what goes to a peer, and nothing of ssh", () => {
    expect(told({ disturbed: [{ other: "10.0.0.2", faults: [late] }] })).toEqual([
      "qdisc replace root handle 7261: htb default 0",
      ...ssh,
      "class add classid 7261:1 htb rate 100gbit",
      "qdisc add parent 7261:1 netem limit 100000 delay 100ms 50ms",
      "filter add protocol ip prio 3 u32 match ip dst 10.0.0.2 flowid 7261:1",
    ]);
  });

  test("disturbs what the clients of a node get, and nothing that its peers get", () => {
    expect(
      told({ disturbed: [{ other: "clients", faults: [{ kind: "duplication", rate: 0.5 }] }] }).slice(3),
    ).toEqual([
      "filter add protocol ip prio 3 u32 match ip dst 10.0.0.2 flowid 7261:0",
      "filter add protocol ip prio 3 u32 match ip dst 10.0.0.3 flowid 7261:0",
      "class add classid 7261:1 htb rate 100gbit",
      "qdisc add parent 7261:1 netem limit 100000 duplicate 50%",
      "filter add protocol ip prio 5 u32 match ip sport 7400 0xffff flowid 7261:1",
      "filter add protocol ip prio 5 u32 match ip sport 7401 0xffff flowid 7261:1",
    ]);
  });

  test("has each family of addresses in places of its own", () => {
    const lines = told({
      address: "fd00::1",
      peers: ["10.0.0.2", "fd00::3"],
      disturbed: [
        { other: "10.0.0.2", faults: [late] },
        { other: "fd00::3", faults: [late] },
      ],
    });
    expect(lines.filter((line) => line.includes("dst"))).toEqual([
      "filter add protocol ip prio 3 u32 match ip dst 10.0.0.2 flowid 7261:1",
      "filter add protocol ipv6 prio 4 u32 match ip6 dst fd00::3 flowid 7261:2",
    ]);
    expect(lines.filter((line) => line.includes("22 0xffff"))).toHaveLength(4);
  });

  test.each<[string, readonly LinkFault[], string]>([
    ["a delay that does not vary", [{ ...late, jitter: 0 }], "delay 100ms"],
    ["one of three hundred corrupt", [{ kind: "corruption", rate: 1 / 300 }], "corrupt 0.33%"],
    // Of netem, the rate is of those that are not held back.
    ["one of ten held back", [{ kind: "reorder", rate: 0.1, milliseconds: 20 }], "delay 20ms reorder 90%"],
    ["several at once", [late, { kind: "duplication", rate: 0.1 }], "delay 100ms 50ms duplicate 10%"],
  ])("means %s", (_, faults, words) => {
    expect(told({ disturbed: [{ other: "10.0.0.2", faults }] })).toContain(
      `qdisc add parent 7261:1 netem limit 100000 ${words}`,
    );
  });

  test("refuses what netem cannot do at once", () => {
    const reorder: LinkFault = { kind: "reorder", rate: 0.1, milliseconds: 20 };
    expect(() => told({ disturbed: [{ other: "10.0.0.2", faults: [late, reorder] }] })).toThrow(
      /at the same time/,
    );
  });
});

const skipped = await noQueues();
if (skipped !== undefined) process.stderr.write(`tests of tc are skipped: ${skipped}\n`);

/** Why there can be no queues of ours here. */
async function noQueues(): Promise<string | undefined> {
  const none = await noMachines();
  if (none !== undefined) return none;
  const attempt = "tc qdisc add dev lo root handle 1: htb";
  const { failed, stderr } = await execa("unshare", ["--net", "sh", "-c", attempt], { reject: false });
  return failed ? stderr : undefined;
}

/** Kernels without netem take a queue without it instead: this shows which packets come to which queue, and not what netem does to them. */
describe.skipIf(skipped !== undefined)("a machine that is told so", () => {
  async function among(
    body: (
      run: (command: ShellCommand) => Promise<string>,
      tool: (words: string) => Promise<string>,
    ) => Promise<void>,
  ) {
    const holder = await Holder.start(`
      ip link add eth0 type veth peer name eth1; ip link set lo up; ip link set eth0 up; ip link set eth1 up
      ip address add 10.0.0.1/24 dev eth0; ip neighbour add 10.0.0.2 lladdr 02:00:00:00:00:02 dev eth0
      ip neighbour add 10.0.0.3 lladdr 02:00:00:00:00:03 dev eth0`);
    try {
      await body(
        ({ script, arguments: args, input = "" }) =>
          holder.run("sh", ["-c", script, "rashomon", ...args], input),
        (words) => holder.run("sh", ["-c", words], ""),
      );
    } finally {
      await holder.close();
    }
  }
  const command = disturb({ ...place, disturbed: [{ other: "10.0.0.2", faults: [late] }] });
  const withoutNetem = { ...command, input: command.input?.replace(/netem .*/, "pfifo limit 1000") ?? "" };

  test("sends through the queue what goes to that peer, replaces it, and has its own again afterwards", async () => {
    await among(async (run, tool) => {
      const before = await tool("tc qdisc show dev eth0");
      for (let i = 0; i < 2; i++) await run(withoutNetem);
      expect((await run(countDisturbed)).trim()).toBe("1");
      const send = (port: number, peer: string): Promise<string> =>
        tool(`bash -c 'for i in 1 2 3 4 5; do echo > /dev/udp/10.0.0.${peer}/${port}; done'`);
      await send(7400, "2");
      await send(22, "2");
      await send(7400, "3");
      const sent = await tool("tc -s qdisc show dev eth0 parent 7261:1");
      expect(sent).toMatch(/pfifo[^]* Sent \d+ bytes 5 pkt/);
      expect((await run(undisturb)).trim()).toBe("removed");
      expect(await tool("tc qdisc show dev eth0")).toBe(before);
      expect((await run(undisturb)).trim()).toBe("was gone");
    });
  });

  test("keeps a queue that somebody has set up", async () => {
    await among(async (run, tool) => {
      await tool("tc qdisc add dev eth0 root handle 5: htb");
      await expect(run(withoutNetem)).rejects.toThrow(/eth0 has a queue that somebody has set up/);
      expect(await tool("tc qdisc show dev eth0")).toMatch(/qdisc htb 5: root/);
      expect((await run(undisturb)).trim()).toBe("was gone");
    });
  });
});
