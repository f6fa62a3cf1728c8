import type { CompletionType, ProcessId } from "../../histories/operation.ts";
import type { Json } from "../../histories/json.ts";

/** What a workload asks of a system: one operation, before it happens. */
export interface Invocation {
  readonly process: ProcessId;
  readonly f: string;
  readonly key?: Json;
  readonly value: Json;
}

/** How an operation ended. `value` replaces the invocation's; without one that stays. */
export interface Completion {
  readonly type: CompletionType;
  readonly value?: Json;
  readonly error?: Json;
}

/**
 * One client of a system, speaking to one node on behalf of one process, one operation at a time.
 *
 * A client answers `fail` only when the operation certainly did not happen and never will; when it cannot
 * know (a time-out, a lost connection), it answers `info` or throws, which the harness records as `info`
 * with the error. An operation without effects, such as a read, may answer `fail` in that case.
 */
export interface Client {
  invoke(operation: Invocation): Promise<Completion>;
  close(): Promise<void>;
}
