/**
 * The words with which error replies begin that say that a command was not carried out: the server looks at all of them before it begins (Redis
 * manual, "Error replies" of the protocol; `server.c`, `processCommand`). Not among them: `ERR`, which may come from the middle of a script, `UNBLOCKED`, and
 * whatever later releases add.
 */
const refusals: ReadonlySet<string> = new Set([
  // Of a transaction: one of its commands was refused as it was queued.
  "EXECABORT",
  // The server is a replica; has lost its primary; reads its data; runs a script; cannot write its log; has no room.
  "READONLY",
  "MASTERDOWN",
  "LOADING",
  "BUSY",
  "MISCONF",
  "OOM",
  // Too few replicas are there (min-replicas-to-write).
  "NOREPLICAS",
  // Of a cluster: another node serves the key, is about to, or nobody does.
  "MOVED",
  "ASK",
  "TRYAGAIN",
  "CROSSSLOT",
  "CLUSTERDOWN",
  // What was asked does not fit what is there, or whoever asked.
  "WRONGTYPE",
  "NOSCRIPT",
  "NOAUTH",
  "NOPERM",
]);

/** Whether the server itself answered with an error, so that the connection goes on. */
export function isErrorReply(error: unknown): error is Error {
  return error instanceof Error && error.name === "ReplyError";
}

/** The word with which an error reply begins, such as MOVED; undefined for all other errors. */
export function codeOf(error: unknown): string | undefined {
  return isErrorReply(error) ? /^[A-Z]+/.exec(error.message)?.[0] : undefined;
}

/** Whether an error says that the command was not carried out and never will be. */
export function isRefusal(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && refusals.has(code);
}
