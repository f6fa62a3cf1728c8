import { createHash } from "node:crypto";

import type { TraceEvent } from "../../../histories/trace.ts";
import { operationLine } from "../../../histories/codecs/write.ts";
import type { Replayed } from "../runs/scenario.ts";

/** What tells whether a run is the same again, and where it is not. */
export interface Fingerprint {
  /** Events of the world. */
  readonly events: number;
  readonly microseconds: number;
  /** SHA-256 of the history's lines, of the trace's lines, and of the verdicts. */
  readonly history: string;
  readonly trace: string;
  readonly verdicts: string;
  /** 32 bits of each event of the trace, the low byte first, in base64. */
  readonly happenings: string;
}

/** A trace as text: one event a line, as JSON. */
export function traceText(trace: readonly TraceEvent[]): string {
  return trace.map((event) => `${JSON.stringify(event)}\n`).join("");
}

export function fingerprintOf({ run, trace }: Pick<Replayed, "run" | "trace">): Fingerprint {
  const history = createHash("sha256");
  for (const operation of run.history) history.update(`${operationLine(operation)}\n`);
  return {
    events: run.events,
    microseconds: run.microseconds,
    history: history.digest("hex"),
    trace: createHash("sha256").update(traceText(trace)).digest("hex"),
    verdicts: createHash("sha256").update(JSON.stringify(run.verdicts)).digest("hex"),
    happenings: Buffer.from(happenings(trace).buffer).toString("base64"),
  };
}

/** The position of the first event in which a trace differs from the one of a fingerprint; undefined when none does. */
export function firstDifference(trace: readonly TraceEvent[], expected: Fingerprint): number | undefined {
  const bytes = Buffer.from(expected.happenings, "base64");
  const found = happenings(trace);
  const count = Math.floor(bytes.length / 4);
  for (let i = 0; i < Math.min(count, found.length); i++) {
    if (bytes.readUInt32LE(4 * i) !== found[i]) return i;
  }
  return count === found.length ? undefined : Math.min(count, found.length);
}

/** FNV-1a of each event. */
function happenings(trace: readonly TraceEvent[]): Uint32Array {
  return Uint32Array.from(trace, (event) => {
    const text = JSON.stringify(event);
    let hash = 0x811c9dc5;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    return hash >>> 0;
  });
}
