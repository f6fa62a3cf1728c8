import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

import { FaultJournal } from "../../journal.ts";
import { missingForDisks } from "./needs.ts";
import { NodeDisk } from "./node-disk.ts";
import { missingForTracing, Tracer } from "./tracer.ts";

/** Lets a sync of a process of our own fail, and sees that those after it do not. */
export async function probeTracing(): Promise<string> {
  const missing = missingForTracing();
  if (missing !== undefined) throw new Error(missing);
  const directory = mkdtempSync(join(tmpdir(), "rashomon-doctor-"));
  const program = `
    const file = require("node:fs").openSync("file", "w");
    process.stdin.on("data", () => require("node:fs").fsync(file, (error) => console.log(error?.code ?? "ok")));
    console.log("up");
  `;
  const child = execa(process.execPath, ["-e", program], {
    cwd: directory,
    reject: false,
    buffer: false,
    timeout: 30_000,
  });
  const said = (): Promise<string> =>
    new Promise((resolve) => child.stdout.once("data", (data: Buffer) => resolve(data.toString().trim())));
  const sync = async (): Promise<string> => {
    const answer = said();
    child.stdin.write("?");
    return answer;
  };
  const journal = new FaultJournal(directory, { pid: process.pid, started: "", run: directory });
  try {
    await said();
    const tracer = await Tracer.attach(
      "probe",
      child.pid ?? 0,
      { kind: "error", calls: "sync", once: false },
      journal,
    );
    const during = await sync();
    await tracer.detach();
    const after = await sync();
    if (during !== "EIO") throw new Error(`a sync that was to fail ended with ${during}`);
    if (after !== "ok") throw new Error(`a sync that was not to fail ended with ${after}`);
    return "by strace, attached to running processes";
  } finally {
    child.kill("SIGKILL");
    await child;
    journal.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Cuts the power of a disk of our own, and sees that what was synced is there and what was not is lost. */
export async function probeDisk(): Promise<string> {
  const missing = missingForDisks();
  if (missing !== undefined) throw new Error(missing);
  const directory = mkdtempSync(join(tmpdir(), "rashomon-doctor-"));
  const disk = new NodeDisk(directory);
  try {
    await disk.make();
    const synced = join(disk.files, "synced");
    writeFileSync(synced, "");
    await disk.sync();
    const unsynced = join(disk.files, "unsynced");
    writeFileSync(unsynced, "");
    await disk.cutPower();
    await disk.restorePower();
    if (!existsSync(synced)) throw new Error("what was synced is lost when the power of a disk is cut");
    if (existsSync(unsynced)) throw new Error("what was not synced is kept when the power of a disk is cut");
    return "by ext4 in files, mounted through loop devices and shut down";
  } finally {
    await disk.unmount();
    rmSync(directory, { recursive: true, force: true });
  }
}
