import type { Json } from "../histories/json.ts";
import type { Generator } from "./generators/generator.ts";

/** A checker that judges a workload's history. */
export interface Check {
  readonly checker: string;
  /** The model, for checkers that judge by one. */
  readonly model?: string;
  /** The isolation level, for the checker of isolation. */
  readonly level?: string;
  /** Whether each key is judged by itself. */
  readonly keyed?: boolean;
  /** What all accounts hold together, for the checker of banks. */
  readonly totalAmount?: number;
  /** Whether accounts may be overdrawn, for the same. */
  readonly negativeBalances?: boolean;
  /** What is promised, for checkers of sets, queues, logs and counters. */
  readonly promise?: string;
}

/** One function of a workload, as systems' clients have to understand it. */
export interface WorkloadOperation {
  readonly f: string;
  /** The value of the invocation, in words. */
  readonly argument: string;
  /** The value of the `ok` completion, in words. */
  readonly result: string;
  readonly example: { readonly argument: Json; readonly result: Json };
}

/** What a run may ask of any workload; a workload says which it heeds and what it takes them for. */
export interface WorkloadOptions {
  /** Number of client threads; the generator is given just these. */
  readonly concurrency: number;
  /** Operations a second over all threads; as fast as the clients go unless given. */
  readonly rate?: number;
  /** The names of the functions that clients are asked for, by commas; all of the workload's unless given. */
  readonly functions?: string;
  readonly operationsPerKey?: number;
  readonly threadsPerKey?: number;
  /** Processes that may act on one key: bounds what crashed clients cost the checker. */
  readonly processesPerKey?: number;
  /** Number of keys; without end unless given. */
  readonly keys?: number;
  /** The isolation level that is promised, by its name; for workloads of transactions. */
  readonly level?: string;
  /** What is promised, by one of the workload's names for it; for workloads whose systems promise more or less. */
  readonly promise?: string;
  /** Keys that transactions use at any one time. */
  readonly keyCount?: number;
  /** How often each of these is chosen: `exponential`, `zipf` or `uniform`. */
  readonly keyDistribution?: string;
  /** Micro-operations of a transaction. */
  readonly minTransactionLength?: number;
  readonly maxTransactionLength?: number;
  /** After at most so many writes a fresh key takes the place of a key. */
  readonly maxWritesPerKey?: number;
  /** Keys that are read together. */
  readonly groupSize?: number;
  /** Accounts of the bank, what they hold together, the most that is transferred at once, and whether they may be overdrawn. */
  readonly accounts?: number;
  readonly totalAmount?: number;
  readonly maxTransfer?: number;
  readonly negativeBalances?: boolean;
}

/** The options of workloads that a user may give to a test, by the names of the members above. */
export type WorkloadSettings = Omit<WorkloadOptions, "concurrency" | "rate">;

/** What clients do, and which checkers judge them. */
export interface Workload {
  readonly name: string;
  /** One line for `rashomon list workloads`. */
  readonly summary: string;
  readonly operations: readonly WorkloadOperation[];
  /** The settings that it heeds. */
  readonly settings: readonly (keyof WorkloadSettings)[];
  /** What systems may promise of it, the least first; of these, the one that a system claims first is what it is judged by. */
  readonly promises?: readonly [string, ...string[]];
  /** The operations of clients, without end unless `keys` bounds them; the run limits their time. */
  generator(options: WorkloadOptions): Generator;
  /** What clients do at the end, when all faults are healed: final reads, say. */
  finalGenerator?(options: WorkloadOptions): Generator;
  checks(options: WorkloadOptions): readonly Check[];
}
