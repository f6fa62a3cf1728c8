import type { NodeId } from "../../../systems/contracts/protocol.ts";

/** A handler of a protocol threw, which no protocol may: a process would have died of it. */
export class HandlerError extends Error {
  readonly node: NodeId;
  /** What it was handling. */
  readonly at: string;

  constructor(node: NodeId, at: string, cause: unknown, payload?: unknown) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    const shown = payload === undefined ? "" : ` (${JSON.stringify(payload)})`;
    super(`node ${node} failed at ${at}${shown}: ${reason}`, { cause });
    this.name = "HandlerError";
    this.node = node;
    this.at = at;
  }
}
