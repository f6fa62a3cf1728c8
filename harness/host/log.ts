import { pino, type Logger } from "pino";

/** The log of a node: one JSON object a line on standard error, written before the call returns. */
export function nodeLog(node: string): Logger {
  const destination = pino.destination({ dest: 2, sync: true });
  // Whoever reads the log may be gone; a node does not end for that.
  destination.on("error", () => undefined);
  return pino({ base: { node }, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
