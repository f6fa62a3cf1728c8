import { EngineError } from "../embedded/engine.ts";

/** Names of the extended result codes that our connections tell apart, by number (sqlite.org, "Result and Error Codes"). */
const names: ReadonlyMap<number, string> = new Map([
  [5, "SQLITE_BUSY"],
  [261, "SQLITE_BUSY_RECOVERY"],
  [517, "SQLITE_BUSY_SNAPSHOT"],
  [10, "SQLITE_IOERR"],
  [11, "SQLITE_CORRUPT"],
  [13, "SQLITE_FULL"],
  [19, "SQLITE_CONSTRAINT"],
]);

/** What the library says is wrong, by the name of its result code. */
export function engineErrorOf(error: unknown): EngineError {
  const message = error instanceof Error ? error.message : String(error);
  const number = error instanceof Error && "errcode" in error ? Number(error.errcode) : NaN;
  return new EngineError(
    names.get(number) ?? names.get(number & 255) ?? (Number.isNaN(number) ? "" : `SQLITE_${number}`),
    message,
  );
}

/** Whether somebody else was at the database, who will be done with it. */
export function isBusy({ code }: EngineError): boolean {
  return code === "SQLITE_BUSY" || code === "SQLITE_BUSY_RECOVERY";
}

/**
 * Whether an error of a COMMIT says that nothing was committed. Busy: "the transaction remains active and the COMMIT can be retried" (sqlite.org,
 * "Transaction"), which we do not do; a constraint that was deferred: so it stays, likewise. After an error of the disk nobody knows what is on it.
 */
export function refusedCommit(error: unknown): boolean {
  return error instanceof EngineError && /^SQLITE_(BUSY|CONSTRAINT)/.test(error.code);
}
