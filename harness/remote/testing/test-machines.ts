import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { LinkNetwork } from "../../network/link-network.ts";
import { FaultJournal } from "../../journal.ts";
import { readInventory } from "../inventory.ts";
import { probeMachines } from "../means.ts";
import { RemoteNetwork } from "../remote-network.ts";
import { quoted, RemoteShell } from "../remote-shell.ts";

/** The network between the machines of an inventory. Programs are placed on them by an `ssh` of their own, which a test starts as any other. */
export async function openTestMachines(
  inventory: string,
): Promise<{ readonly network: LinkNetwork; readonly netem: boolean }> {
  const machines = await readInventory(inventory);
  const means = await probeMachines(machines);
  const shells = new Map(machines.map(({ node, ssh }) => [node, new RemoteShell(ssh)]));
  const owner = { pid: process.pid, started: "", run: "" };
  const journal = new FaultJournal(mkdtempSync(join(tmpdir(), "rashomon-network-")), owner);
  const name = `rashomon_${process.pid}_test`;
  const network = new RemoteNetwork({ machines, shells, ports: ["peer"], journal, means, name });
  network.place = (node, { command, arguments: rest, ...others }) => {
    const { host = "", config = "" } = machines.find((each) => each.node === node)?.ssh ?? {};
    return { ...others, command: "ssh", arguments: ["-F", config, host, quoted([command, ...rest])] };
  };
  return { network, netem: [...means.values()].every(({ noNetem }) => noNetem === undefined) };
}
