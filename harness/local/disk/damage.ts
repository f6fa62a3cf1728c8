import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import { join, relative } from "node:path";

import type { FileDamage } from "../../nemesis/disk-faults.ts";
import { seededRandom, type Random } from "../../../workloads/random.ts";

/** In pieces of so many bytes a file is shared out among those who may be hit. */
const piece = 4096;
/** How many files are hit at once, and how many bits of each are flipped, at most. */
const most = { files: 4, bits: 8 } as const;

/** Damages some of the files in a folder and the folders below it; says which, and where. */
export function damageFiles(directory: string, { kind, seed, share, shares }: FileDamage): string[] {
  const random = seededRandom(String(seed));
  const files = random.shuffle(filesIn(directory)).slice(0, 1 + random.int(most.files));
  return files.flatMap((path) => {
    const file = openSync(path, "r+");
    try {
      const where = kind === "flip" ? flip(file, random, share, shares) : truncate(file, random);
      fsyncSync(file);
      return where === undefined ? [] : [`${relative(directory, path)}: ${where}`];
    } finally {
      closeSync(file);
    }
  });
}

/** Files with something in them, in an order that depends on their names only. */
function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path).size > 0)
    .toSorted();
}

/** Flips some bits in the pieces of one share. */
function flip(file: number, random: Random, share: number, shares: number): string | undefined {
  const { size } = fstatSync(file);
  const pieces = Math.ceil(size / piece);
  // Of the pieces share, share + shares, share + 2 shares, … that there are.
  const mine = Math.ceil((pieces - share) / shares);
  if (mine <= 0) return undefined;
  const flipped: number[] = [];
  for (let i = 1 + random.int(most.bits); i > 0; i--) {
    const start = (share + shares * random.int(mine)) * piece;
    const at = start + random.int(Math.min(piece, size - start));
    const byte = Buffer.alloc(1);
    readSync(file, byte, 0, 1, at);
    byte.writeUInt8(byte.readUInt8() ^ (1 << random.int(8)));
    writeSync(file, byte, 0, 1, at);
    flipped.push(at);
  }
  return `a bit flipped in each of the bytes ${flipped.join(", ")}`;
}

function truncate(file: number, random: Random): string {
  const { size } = fstatSync(file);
  const left = random.int(size);
  ftruncateSync(file, left);
  return `cut from ${size} to ${left} bytes`;
}
