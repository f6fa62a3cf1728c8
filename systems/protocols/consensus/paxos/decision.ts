import { canonical, type Json } from "../../../../histories/json.ts";
import type { Ballot } from "./ballot.ts";
import type { NodeId } from "../../../contracts/protocol.ts";

/** What a node knows to be decided, and by whose votes. */
export interface Decision {
  readonly value: Json;
  readonly ballot: Ballot;
  readonly voters: readonly NodeId[];
}

/** By the name of the instance. */
export type Decisions = Record<string, Decision>;

const mark = "!";

/** The name of a register: its key as canonical JSON text. */
export function registerName(key: Json): string {
  return canonical(key);
}

/** The name of what is decided once under a key: no register has it. */
export function decisionName(key: Json): string {
  return mark + canonical(key);
}

export function isDecision(name: string): boolean {
  return name.startsWith(mark);
}

const shownNames = new Map<string, string>();
const mostNames = 4096;

/** A name as people and checkers know it: of a decision its key, as text unless it is one. Made once: views show all names at every step. */
export function shownName(name: string): string {
  const known = shownNames.get(name);
  if (known !== undefined) return known;
  const shown = asShown(name);
  if (shownNames.size === mostNames) shownNames.clear();
  shownNames.set(name, shown);
  return shown;
}

function asShown(name: string): string {
  if (!isDecision(name)) return `register ${name}`;
  const text = name.slice(mark.length);
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}
