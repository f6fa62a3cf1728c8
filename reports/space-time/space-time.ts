import type { LossReason } from "../../histories/trace.ts";

/**
 * What the page draws of a trace: Lamport's space-time diagram, a column a place, a row a step, time going
 * down. All text in it is already printable.
 */
export interface SpaceTime {
  /** The nodes; before them `clients`, where clients' requests reach a node. */
  readonly places: readonly string[];
  /** Whether the first place stands for the clients. */
  readonly withClients: boolean;
  /** Set where nothing is known of when steps happened: their times mean nothing. */
  readonly untimed?: true;
  /** In the order of the trace. */
  readonly steps: readonly Step[];
  readonly arrows: readonly Arrow[];
  /** Events of the trace that came before the first step and after the last one. */
  readonly leftOut: { readonly before: number; readonly after: number };
}

/** What a node did at one moment: it took something in, and what it did about it. */
export interface Step {
  /** Index into `places`. */
  readonly place: number;
  /** Nanoseconds since the start of the run. */
  readonly time: number;
  /** Index, in the trace, of its first event. */
  readonly event: number;
  readonly kind: StepKind;
  /** In a few words. */
  readonly label: string;
  /** Everything that happened in it, a line an event. */
  readonly details: readonly string[];
  /** The vector clock after it. */
  readonly clock?: string;
  /** Set where an anomaly is about it. */
  readonly blamed?: true;
  /** What a client asked in this step, and what clients were answered. */
  readonly asked?: string;
  readonly answered?: readonly string[];
}

export type StepKind =
  "start" | "crash" | "restart" | "pause" | "resume" | "receive" | "timer" | "request" | "lose" | "local";

/** One copy of a message on its way. */
export interface Arrow {
  /** Index into `steps`: where it was sent. */
  readonly from: number;
  /** Where it was received or lost; null when neither was seen. */
  readonly to: number | null;
  /** The place that it was sent to. */
  readonly place: number;
  readonly label: string;
  readonly lost?: LossReason;
  /** Whether an earlier copy of the same message had arrived. */
  readonly again?: true;
}
