import { isJsonObject } from "../../../histories/json.ts";
import type { BlockEntry, ReportSummary } from "../../payload/summary.ts";

/** The summary at the head of the page. The writer made it, so its shape is taken on trust once its mark is seen. */
export function readSummary(): ReportSummary {
  const text = document.getElementById("summary")?.textContent ?? "null";
  const value: unknown = JSON.parse(text);
  if (!isSummary(value)) throw new Error("this file holds no report that this page can read");
  return value;
}

function isSummary(value: unknown): value is ReportSummary {
  return isJsonObject(value) && value["format"] === 1;
}

/** Resolves when the whole file has been read: the blocks stand after the script. */
function wholeFile(): Promise<void> {
  if (document.readyState !== "loading") return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("DOMContentLoaded", () => resolve(), { once: true });
  });
}

/** The bytes of a block. */
export async function unpack(entry: BlockEntry): Promise<Uint8Array> {
  await wholeFile();
  const element = document.querySelector(`script[data-block="${CSS.escape(entry.name)}"]`);
  if (element === null) throw new Error(`block ${entry.name} is not in this file`);
  const packed = atob((element.textContent ?? "").trim());
  const bytes = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export async function unpackJson(entry: BlockEntry): Promise<unknown> {
  const value: unknown = JSON.parse(new TextDecoder().decode(await unpack(entry)));
  return value;
}
