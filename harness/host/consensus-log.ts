import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, writeSync } from "node:fs";

import type { Ballot, ConsensusView } from "../../checkers/consensus/view.ts";
import { canonical, type Json, type JsonObject } from "../../histories/json.ts";
import type { NodeId } from "../../systems/contracts/protocol.ts";

export interface ConsensusLogOptions {
  readonly file: string;
  readonly node: NodeId;
  /** What the protocol promises, by the names of properties: of anything else nothing is written. */
  readonly properties: readonly string[];
}

/** Slots of decisions that have names: from here on, by a hash of the name; no log gets so long. */
const namedSlots = 2 ** 52;
/** Up to so many decisions all are looked at in each step. */
const few = 16;

/**
 * Writes down what a node comes to know as committed, and when it leads, a line each, as `rashomon check --consensus`
 * reads them. A restarted node goes on at the end of its file, and writes again what it knows.
 */
export class ConsensusLog {
  readonly #options: ConsensusLogOptions;
  readonly #tells: { readonly log: boolean; readonly decisions: boolean; readonly leaders: boolean };
  #descriptor: number | undefined;
  #leads: Ballot | null = null;
  /** Slots below this are written. */
  #written = 0;
  readonly #decided = new Set<string>();
  #stepsUntilDecisions = 0;

  constructor(options: ConsensusLogOptions) {
    this.#options = options;
    const { file, node, properties } = options;
    const promises = (...names: readonly string[]): boolean =>
      names.some((name) => properties.includes(name));
    this.#tells = {
      log: promises("agreement", "state-machine-safety"),
      decisions: promises("agreement"),
      leaders: promises("leader-uniqueness"),
    };
    // Of whatever the node led before, it leads nothing any more.
    if (existsSync(file)) this.#write([{ node, leads: null }]);
  }

  /** Writes what is new in a node's state; to be called after each step. */
  observe(view: ConsensusView): void {
    const lines: JsonObject[] = [];
    if (this.#tells.leaders) this.#observeLead(view, lines);
    if (this.#tells.log) this.#observeLog(view, lines);
    if (this.#tells.decisions && view.decided !== undefined) this.#observeDecisions(view.decided, lines);
    if (lines.length > 0) this.#write(lines);
  }

  close(view: ConsensusView | undefined): void {
    this.#stepsUntilDecisions = 0;
    if (view !== undefined) this.observe(view);
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #observeLead({ leads = null }: ConsensusView, lines: JsonObject[]): void {
    if (leads === this.#leads) return;
    this.#leads = leads;
    lines.push({ node: this.#options.node, leads });
  }

  #observeLog({ log }: ConsensusView, lines: JsonObject[]): void {
    if (log === undefined) return;
    const { first, entries, committed } = log;
    const end = Math.min(committed, first + entries.length);
    for (let slot = Math.max(first, this.#written); slot < end; slot++) {
      const entry = entries[slot - first];
      if (entry !== null && entry !== undefined) lines.push(this.#entry(slot, entry.ballot, entry.value));
    }
    this.#written = Math.max(this.#written, end);
  }

  /** Many decisions are not looked through in each step, but so that looking costs a little for each step. */
  #observeDecisions(decided: Readonly<Record<string, Json>>, lines: JsonObject[]): void {
    if (this.#stepsUntilDecisions-- > 0) return;
    for (const [instance, value] of Object.entries(decided)) {
      if (this.#decided.has(instance)) continue;
      this.#decided.add(instance);
      lines.push(this.#entry(slotOf(instance), 0, value));
    }
    this.#stepsUntilDecisions = this.#decided.size <= few ? 0 : this.#decided.size;
  }

  #entry(slot: number, ballot: Ballot, value: Json): JsonObject {
    return { node: this.#options.node, slot, ballot, digest: hash(canonical(value)), committed: true };
  }

  #write(lines: readonly JsonObject[]): void {
    this.#descriptor ??= openSync(this.#options.file, "a");
    writeSync(this.#descriptor, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }
}

function slotOf(instance: string): number {
  return namedSlots + Number.parseInt(hash(instance).slice(0, 13), 16);
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
