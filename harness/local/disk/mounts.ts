import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { execa } from "execa";

import { installedProgram } from "../../../systems/databases/installed.ts";

/** How long a filesystem may be in use by processes that are about to end, in milliseconds. */
const busyPatience = 10_000;

/** Whether a filesystem is mounted at `path`. */
export function isMounted(path: string): boolean {
  // The fifth field of a line is the place, with octal escapes for what separates fields (proc(5)).
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .some((line) => unescape(line.split(" ")[4] ?? "") === path);
}

function unescape(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(parseInt(octal, 8)));
}

/** Unmounts what is mounted at `path`, if anything is; waits for processes that still use it to end. */
export async function unmount(path: string): Promise<void> {
  const before = performance.now();
  for (;;) {
    if (!isMounted(path)) return;
    const { failed, stderr } = await runMounting("umount", [path]);
    if (failed && performance.now() - before > busyPatience)
      throw new Error(`could not unmount ${path}: ${stderr}`);
    if (failed) await sleep(20);
  }
}

/**
 * Waits until nobody has the filesystem in file `image` any more: who has made a mount namespace meanwhile holds it in there, and whoever mounted the file again
 * would get it as it was.
 */
export async function untilReleased(image: string): Promise<void> {
  const before = performance.now();
  while (readdirSync("/sys/block").some((device) => backingFile(device) === image)) {
    if (performance.now() - before > busyPatience)
      throw new Error(`the filesystem ${image} is still in use in another mount namespace`);
    await sleep(20);
  }
}

/** The file that stands behind a loop device; undefined for others. */
function backingFile(device: string): string | undefined {
  return device.startsWith("loop") ? readBackingFile(`/sys/block/${device}`) : undefined;
}

/** The same for the filesystem whose files have device number `device` (stat(2)). */
export function backingFileOf(device: number): string | undefined {
  // makedev(3): 12 bits of the major number above 8 of the minor one, the rest of which is above them.
  const major = (device >>> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
  return readBackingFile(`/sys/dev/block/${major}:${minor}`);
}

function readBackingFile(device: string): string | undefined {
  try {
    return readFileSync(`${device}/loop/backing_file`, "utf8").replace(/\n$/, "");
  } catch {
    // It is no loop device, or bound to no file.
    return undefined;
  }
}

/** Mounts the filesystem in file `image`. */
export async function mountImage(image: string, path: string, options: readonly string[]): Promise<void> {
  const { failed, stderr } = await runMounting("mount", ["-o", ["loop", ...options].join(","), image, path]);
  if (failed) throw new Error(`could not mount ${image}: ${stderr}`);
}

function runMounting(
  program: "mount" | "umount",
  words: readonly string[],
): Promise<{ failed: boolean; stderr: string }> {
  return execa(installedProgram(program, "mount"), [...words], { reject: false, stdin: "ignore" });
}
