/**
 * The vDSO of a process: a small shared library that the kernel maps into every process, with the functions that read
 * clocks without a system call (vdso(7)). Its layout is ELF (elf(5)), linked at address 0.
 */
export interface VdsoImage {
  /** Where the functions for the wall clock begin, in bytes from the beginning of the image. */
  readonly entries: { readonly clockGettime: number; readonly gettimeofday: number; readonly time: number };
  /** Where the zeros begin with which the image ends. */
  readonly room: number;
}

const dynamicSegment = 2;
const tags = { end: 0, strings: 5, symbols: 6 } as const;
const programHeaderBytes = 56;
const dynamicEntryBytes = 16;
const symbolBytes = 24;

/** Reads the image of an x86-64 vDSO; throws with what it lacks. */
export function readVdsoImage(image: Buffer): VdsoImage {
  const { strings, symbols } = dynamicTables(image);
  const entry = (name: string): number => {
    // The table of symbols ends where that of their names begins.
    for (let at = symbols; at + symbolBytes <= strings; at += symbolBytes) {
      const nameAt = strings + image.readUInt32LE(at);
      const end = image.indexOf(0, nameAt);
      if (image.toString("latin1", nameAt, end) !== name) continue;
      const [address, size] = [wordAt(image, at + 8), wordAt(image, at + 16)];
      // A jump takes five bytes.
      if (size < 5 || address + size > image.length) throw new Error(`the vDSO's ${name} is too short`);
      return address;
    }
    throw new Error(`the vDSO has no ${name}`);
  };
  let room = image.length;
  while (room > 0 && image[room - 1] === 0) room--;
  return {
    entries: {
      clockGettime: entry("__vdso_clock_gettime"),
      gettimeofday: entry("__vdso_gettimeofday"),
      time: entry("__vdso_time"),
    },
    room,
  };
}

function dynamicTables(image: Buffer): { strings: number; symbols: number } {
  if (image.toString("latin1", 0, 4) !== "\u007fELF") throw new Error("the vDSO is not ELF");
  const headers = wordAt(image, 32);
  const count = image.readUInt16LE(56);
  let strings: number | undefined;
  let symbols: number | undefined;
  for (let i = 0; i < count; i++) {
    const header = headers + i * programHeaderBytes;
    if (image.readUInt32LE(header) !== dynamicSegment) continue;
    for (
      let at = wordAt(image, header + 8);
      at + dynamicEntryBytes <= image.length;
      at += dynamicEntryBytes
    ) {
      const tag = wordAt(image, at);
      if (tag === tags.end) break;
      if (tag === tags.strings) strings = wordAt(image, at + 8);
      if (tag === tags.symbols) symbols = wordAt(image, at + 8);
    }
  }
  if (strings === undefined || symbols === undefined || strings > image.length || symbols > strings)
    throw new Error("the vDSO has no table of symbols");
  return { strings, symbols };
}

/** An unsigned 64-bit word; those beyond 2^53 stand for nothing here, and become Infinity. */
function wordAt(image: Buffer, at: number): number {
  const word = image.readBigUInt64LE(at);
  return word <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(word) : Infinity;
}
