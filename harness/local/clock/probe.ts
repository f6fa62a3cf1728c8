import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

import { faketimeEnvironment, findLibfaketime, removeSharedMemory, writeClockFile } from "./libfaketime.ts";
import { missingForVdsoClock } from "./needs.ts";
import { missingForClocks } from "./open-clocks.ts";
import { setProcessClock } from "./process-clock.ts";
import { noSkew } from "./skew.ts";

const hour = 3_600_000;

/** Lets a process of our own look at a clock that is an hour ahead. */
export async function probeClock(): Promise<string> {
  const missing = missingForClocks();
  if (missing !== undefined) throw new Error(missing);
  const noVdso = missingForVdsoClock();
  if (noVdso !== undefined) {
    await probeLibfaketime();
    return `by libfaketime, preloaded (${noVdso})`;
  }
  const child = execa(process.execPath, ["-e", `process.stdin.on("data", () => console.log(Date.now()))`], {
    timeout: 20_000,
    reject: false,
    buffer: false,
  });
  try {
    const answer = new Promise<string>((resolve) =>
      child.stdout.once("data", (data: Buffer) => resolve(data.toString())),
    );
    if (child.pid !== undefined) setProcessClock(child.pid, { ...noSkew, since: Date.now(), offset: hour });
    child.stdin.write("?");
    throwUnlessAhead(Number(await answer));
    return "by the vDSO of running processes";
  } finally {
    child.kill("SIGKILL");
    await child;
  }
}

async function probeLibfaketime(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "rashomon-doctor-"));
  try {
    const file = join(directory, "clock");
    writeClockFile(file, hour, 1);
    const child = execa(process.execPath, ["-p", "Date.now()"], {
      env: faketimeEnvironment(findLibfaketime() ?? "", file),
      timeout: 20_000,
    });
    const { stdout } = await child.finally(() => child.pid !== undefined && removeSharedMemory(child.pid));
    throwUnlessAhead(Number(stdout));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function throwUnlessAhead(shown: number): void {
  const ahead = shown - Date.now();
  if (!(Math.abs(ahead - hour) < 60_000)) throw new Error(`a clock is off by ${ahead} ms, not by an hour`);
}
