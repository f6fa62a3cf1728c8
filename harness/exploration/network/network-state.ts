import type { HandlerRun, Outcome } from "./handler-run.ts";
import type { Asked } from "./hosts.ts";
import type { LocalState, Message } from "./local-state.ts";
import type { Past } from "./past.ts";
import type { Watch } from "./watch.ts";

/** The whole network at one moment: nodes, messages, clients, what may still go wrong, and the monitors. */
export interface NetworkState {
  readonly locals: readonly LocalState[];
  /** In flight, by their places. */
  readonly messages: readonly Message[];
  /** By client: twice the number of its requests that were answered, and 1 more while it waits. */
  readonly clients: readonly number[];
  readonly left: Budgets;
  /** How many steps of the beginning that all runs share were taken. */
  readonly begun: number;
  readonly watch: Watch;
  /** What clients have seen, where it is judged. */
  readonly past: Past | undefined;
}

/** How often each may still happen. */
export interface Budgets {
  readonly timers: number;
  readonly crashes: number;
  readonly losses: number;
  readonly duplicates: number;
}

/** What happens next. `outcome` is what comes of it at the node, with everything else left as it is. */
export type NetworkAction =
  | {
      readonly kind: "deliver";
      readonly message: Message;
      /** Whether it will come again. */
      readonly again: boolean;
      readonly run: HandlerRun;
      readonly outcome: Outcome;
    }
  | { readonly kind: "ask"; readonly asked: Asked; readonly run: HandlerRun; readonly outcome: Outcome }
  | {
      readonly kind: "fire";
      readonly node: number;
      readonly timer: string;
      readonly run: HandlerRun;
      readonly outcome: Outcome;
    }
  | { readonly kind: "restart"; readonly node: number; readonly run: HandlerRun; readonly outcome: Outcome }
  | { readonly kind: "crash"; readonly node: number; readonly kept: number; readonly after: LocalState }
  | { readonly kind: "lose"; readonly message: Message }
  | { readonly kind: "clock"; readonly node: number; readonly after: LocalState };

/** At which node it happens; −1 if at none. */
export function nodeOf(action: NetworkAction): number {
  switch (action.kind) {
    case "deliver":
      return action.message.to;
    case "ask":
      return action.asked.node;
    case "fire":
    case "restart":
    case "crash":
    case "clock":
      return action.node;
    case "lose":
      return -1;
  }
}
