/**
 * The process host: runs one node of a bundled protocol as this operating-system process.
 *
 *     node main.js --protocol NAME [--mutant NAME] --node n1 --nodes n1,n2,n3 --listen HOST:PORT
 *                  --route n2=HOST:PORT --route n3=HOST:PORT --data DIRECTORY
 *                  [--consensus-log FILE] [--seed TEXT]
 *     node main.js --protocol NAME [--mutant NAME] --stdio [--data DIRECTORY] [--seed TEXT]
 *
 * The log goes to standard error, one JSON object a line. The end of standard input is the end of whoever
 * started the node, and the node's own end; so is SIGTERM.
 */
import { RashomonError } from "../../histories/errors.ts";
import { findProtocol } from "../../systems/catalogue.ts";
import { nodeLog } from "./log.ts";
import { parseHostOptions, type HostOptions } from "./options.ts";
import { runStdioNode } from "./stdio-node.ts";
import { runTcpNode } from "./tcp-node.ts";

const internalError = 70;

async function main(): Promise<void> {
  let options: HostOptions;
  try {
    options = parseHostOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof RashomonError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(error.exitCode);
  }
  const logger = nodeLog(options.transport === "tcp" ? options.node : "stdio");
  const log = (message: string): void => logger.info(message);
  const fail = (error: unknown): void => {
    logger.fatal({ err: error }, "the node cannot go on");
    process.exit(error instanceof RashomonError ? error.exitCode : internalError);
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);

  const bundled = findProtocol(options.protocol);
  const protocol = bundled.build(options.mutant);
  const starting =
    options.transport === "tcp"
      ? runTcpNode({
          ...options,
          protocol,
          properties: bundled.properties,
          ordered: bundled.model.channels === "fifo",
          log,
          fail,
        })
      : runStdioNode({ ...options, protocol, input: process.stdin, output: process.stdout, log, fail });

  let ending = false;
  const end = (why: string): void => {
    if (ending) return;
    ending = true;
    log(`ends: ${why}`);
    starting
      .then((node) => node.close())
      .then(() => process.exit(0))
      .catch(fail);
  };
  process.on("SIGTERM", () => end("SIGTERM"));
  process.on("SIGINT", () => end("SIGINT"));
  process.stdin.on("end", () => end("standard input has closed"));
  process.stdin.on("error", () => end("standard input is broken"));
  process.stdout.on("error", () => end("standard output is broken"));
  if (options.transport === "tcp") process.stdin.resume();
  await starting;
  if (options.transport === "tcp") log(`listens on ${options.listen.host}:${options.listen.port}`);
}

await main();
