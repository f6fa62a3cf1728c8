import { open, type FileHandle } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { Readable } from "node:stream";
import { InputError } from "../errors.ts";

const ChunkBytes = 1 << 20;

/**
 * The bytes of a file (`-`: standard input) in chunks, unpacked when they are gzip. A chunk is overwritten
 * by the next. Whatever cannot be read is an `InputError`; `name` is the file's name in it.
 */
export async function* chunksOf(path: string, name: string): AsyncGenerator<Buffer> {
  const raw = path === "-" ? standardInput() : fileChunks(path, name);
  const first = await raw.next();
  if (first.done === true) return;
  const all = startingWith(first.value, raw);
  if (isGzip(first.value)) yield* unpacked(all, name);
  else yield* all;
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

async function* startingWith(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield first;
    yield* rest;
  } finally {
    // Closes the file also when nobody asks for the second chunk.
    await rest.return(undefined);
  }
}

async function* standardInput(): AsyncGenerator<Buffer> {
  for await (const chunk of process.stdin) yield Buffer.from(chunk);
}

async function* fileChunks(path: string, name: string): AsyncGenerator<Buffer> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    if ((await file.stat()).isDirectory()) throw unreadable(name, "a directory");
    const buffer = Buffer.allocUnsafeSlow(ChunkBytes);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, ChunkBytes, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw describe(error, name);
  } finally {
    await file?.close();
  }
}

async function* unpacked(packed: AsyncGenerator<Buffer>, name: string): AsyncGenerator<Buffer> {
  // The stream keeps what it is given, while a chunk is overwritten by the next.
  async function* copies() {
    for await (const chunk of packed) yield Buffer.from(chunk);
  }
  const source = Readable.from(copies());
  const gunzip = createGunzip({ chunkSize: ChunkBytes });
  source.on("error", (error) => gunzip.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzip)) yield Buffer.from(chunk);
  } catch (error) {
    if (error instanceof InputError || !isZlibError(error)) throw error;
    throw new InputError("E_GZIP", {
      place: { file: name },
      expected: "gzip data to the end",
      found: error.message,
      cause: error,
    });
  } finally {
    source.destroy();
  }
}

function isZlibError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}

function describe(error: unknown, name: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (error instanceof InputError || typeof code !== "string") return error;
  if (code === "ENOENT") return unreadable(name, "no such file");
  if (code === "EACCES") return unreadable(name, "a file that may not be read");
  return error instanceof Error && "syscall" in error ? unreadable(name, error.message) : error;
}

function unreadable(file: string, found: string): InputError {
  return new InputError("E_FILE", { place: { file }, expected: "a history file", found });
}
