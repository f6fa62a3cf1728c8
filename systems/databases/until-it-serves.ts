import { setTimeout as sleep } from "node:timers/promises";

/** How long a member may take from its start to its first sign of life, in milliseconds. */
const startPatience = 60_000;
/** How long a member that is up may take to serve; after that it is left to its peers, which may be down. */
const quorumPatience = 10_000;

/** How a member of a group that agrees by majorities is asked how far it has got. */
export interface Member {
  /** Whether its process is alive. */
  readonly alive: () => boolean;
  /** Whether it answers at all, with a majority or without. */
  readonly up: () => Promise<boolean>;
  /** Whether it serves clients, for which it takes a majority. */
  readonly serves: () => Promise<boolean>;
}

/** Waits for a member that has been started to serve clients; of one that is up and finds no majority, not for long. */
export async function untilItServes({ alive, up, serves }: Member): Promise<void> {
  const before = performance.now();
  let upSince: number | undefined;
  while (!(await serves())) {
    const now = performance.now();
    if (!alive()) throw new Error("the server ended as it started");
    if (upSince === undefined && (await up())) upSince = now;
    if (upSince !== undefined && now - upSince > quorumPatience) return;
    if (upSince === undefined && now - before > startPatience)
      throw new Error(`the server gave no answer within ${startPatience / 1000} s of its start`);
    await sleep(20);
  }
}
