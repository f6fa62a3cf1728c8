import type { Json, JsonObject } from "../../../histories/json.ts";
import type { NodeContext, NodeId } from "../../../systems/contracts/protocol.ts";
import { copied } from "../fingerprint.ts";
import type { LocalState, Message } from "./local-state.ts";

/** What a handler did, in order. */
export type Effect =
  | { readonly kind: "send"; readonly to: NodeId; readonly body: JsonObject }
  | { readonly kind: "reply"; readonly request: string; readonly body: JsonObject }
  | { readonly kind: "persist"; readonly key: string; readonly value: Json }
  | { readonly kind: "sync" }
  | { readonly kind: "log"; readonly text: string };

/** An answer to a client. Equal answers to the same request are the same object. */
export interface Answer {
  readonly number: number;
  readonly client: number;
  /** Which of the client's requests. */
  readonly position: number;
  readonly body: JsonObject;
}

/** How a handler may end: what has become of the node, and what has left it. */
export interface Outcome {
  readonly after: LocalState;
  /** What happened of what the handler did. */
  readonly effects: readonly Effect[];
  readonly sent: readonly Message[];
  readonly answers: readonly Answer[];
  /** If the node crashed before all was done: where. */
  readonly crashed?: CrashPoint;
  /** Whether it crashed with writes that were not synced. */
  readonly lost: boolean;
  /** If the handler threw: what. */
  readonly error?: string;
}

/** What a handler does with certain random numbers. */
export interface HandlerRun {
  readonly draws: readonly number[];
  /** How many of these could have been others. */
  readonly bounds: number;
  /** First the one in which nothing goes wrong, then those in which the node crashes half-way. */
  readonly outcomes: readonly Outcome[];
}

/** What random numbers handlers see: always the simplest, 0; or all. */
export type Randomness = "simplest" | "all";

/** A context that takes note of what a handler does. */
export class Recorder implements NodeContext<JsonObject> {
  readonly id: NodeId;
  readonly nodes: readonly NodeId[];
  readonly effects: Effect[] = [];
  readonly timers: Set<string>;
  readonly #clock: number;
  /** The random numbers drawn, and out of how many. */
  readonly draws: number[];
  readonly bounds: number[] = [];

  constructor(
    id: NodeId,
    nodes: readonly NodeId[],
    node: Pick<LocalState, "timers" | "clock">,
    draws: readonly number[],
  ) {
    this.id = id;
    this.nodes = nodes;
    this.timers = new Set(node.timers);
    this.#clock = node.clock;
    this.draws = [...draws];
  }

  /** Time stands still: when timers fire does not depend on it. */
  now(): number {
    return this.#clock;
  }

  random(bound: number): number {
    const position = this.bounds.length;
    this.bounds.push(bound);
    this.draws[position] ??= 0;
    return this.draws[position];
  }

  send(to: NodeId, body: JsonObject): void {
    this.effects.push({ kind: "send", to, body: copied(body) });
  }

  reply(request: string, body: JsonObject): void {
    this.effects.push({ kind: "reply", request, body: copied(body) });
  }

  setTimer(name: string, _milliseconds: number): void {
    this.timers.add(name);
  }

  cancelTimer(name: string): void {
    this.timers.delete(name);
  }

  persist(key: string, value: Json): void {
    this.effects.push({ kind: "persist", key, value: copied(value) });
  }

  sync(): void {
    this.effects.push({ kind: "sync" });
  }

  log(text: string): void {
    this.effects.push({ kind: "log", text });
  }

  /** The next random numbers after these in the order of an odometer; undefined after the last. */
  nextDraws(): number[] | undefined {
    for (let i = this.bounds.length - 1; i >= 0; i--) {
      if (this.draws[i]! + 1 < this.bounds[i]!) return [...this.draws.slice(0, i), this.draws[i]! + 1];
    }
    return undefined;
  }
}

/**
 * A handler's work half done: up to effect `until`; of the writes not synced by then the first `kept` remain. It ends at
 * its `barrier`-th sync, counted from 1, before the disk has done it or (`synced`) after.
 */
export interface CrashPoint {
  readonly until: number;
  readonly barrier: number;
  readonly synced: boolean;
  readonly kept: number;
  readonly text: string;
}

/**
 * Where a crash inside a handler makes a difference: at each barrier. Before it, some of what was persisted
 * may be lost although what was sent before has left; after it, all is kept and nothing that follows leaves.
 * `unsynced` is how many writes were waiting when the handler began.
 */
export function crashPoints(effects: readonly Effect[], unsynced: number): CrashPoint[] {
  const points: CrashPoint[] = [];
  let waiting = unsynced;
  let left = false;
  let barrier = 0;
  effects.forEach(({ kind }, i) => {
    if (kind === "persist") waiting++;
    if (kind === "send" || kind === "reply") left = true;
    if (kind !== "sync") return;
    barrier++;
    // With nothing sent and nothing kept, it is as if the handler had not begun.
    for (let kept = left ? 0 : 1; kept < waiting; kept++) {
      const text = `before its writes were synced, ${kept} of ${waiting} kept`;
      points.push({ until: i, barrier, synced: false, kept, text });
    }
    waiting = 0;
    const more = effects.slice(i + 1).some((effect) => effect.kind !== "log" && effect.kind !== "sync");
    if (!more) return;
    const text = "when its writes were synced, before more was done";
    points.push({ until: i + 1, barrier, synced: true, kept: 0, text });
  });
  return points;
}
