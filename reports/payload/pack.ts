import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

/** Bytes as text that can stand in HTML: gzip, base64. The same bytes on every machine. */
export function pack(bytes: Uint8Array): string {
  const packed = gzipSync(bytes, { level: 6 });
  // The tenth byte names the operating system that packed; 255: unknown.
  packed[9] = 255;
  return packed.toString("base64");
}

/** A value as JSON that can stand in a script element: nothing in it closes or opens one. */
export function inertJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

/** The source expression by which a content security policy allows exactly this inline text. */
export function contentHash(text: string): string {
  return `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;
}
