import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";

/** Where Debian, Fedora and Homebrew put the library. */
const libraries = [
  "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
  "/usr/lib64/faketime/libfaketimeMT.so.1",
  "/usr/lib/faketime/libfaketimeMT.so.1",
];

/** The path of libfaketime on this machine; undefined when it is not installed. */
export function findLibfaketime(): string | undefined {
  return process.platform === "linux" ? libraries.find((path) => existsSync(path)) : undefined;
}

export const libfaketimeAdvice = "libfaketime is not installed (Debian: apt-get install libfaketime)";

/**
 * Removes the memory that the library shares between the process `pid` and its children, which it leaves behind when that process is killed, or
 * becomes another program. Whoever still has it open keeps it.
 */
export function removeSharedMemory(pid: number): boolean {
  const files = [`/dev/shm/faketime_shm_${pid}`, `/dev/shm/sem.faketime_sem_${pid}`].filter(existsSync);
  for (const file of files) rmSync(file, { force: true });
  return files.length > 0;
}

/** The environment in which a process sees the clock that `file` describes. */
export function faketimeEnvironment(library: string, file: string): Record<string, string> {
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
}

/**
 * Writes a control file of libfaketime. Always whole, by rename: the library ends the program that reads
 * a malformed one.
 */
export function writeClockFile(file: string, offsetMilliseconds: number, rate: number): void {
  const seconds = (offsetMilliseconds / 1000).toFixed(3);
  const sign = seconds.startsWith("-") ? "" : "+";
  const temporary = `${file}.new`;
  writeFileSync(temporary, `${sign}${seconds} x${rate}\n`);
  renameSync(temporary, file);
}
