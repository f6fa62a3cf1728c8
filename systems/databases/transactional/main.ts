/**
 * A server of transactions in memory: one process, one thread, no disk.
 *
 *     node main.js HOST PORT ISOLATION WORKLOAD SEED [BUG]
 *
 * One request a line, one answer a line: {"process", "f", "key", "value"} → {"type", "value", "error"}. The operations of all
 * clients are carried out step by step side by side, a few milliseconds each.
 */
import { chance, seedOf } from "../../chance.ts";
import { serveLines, serverArguments } from "../lines/server.ts";
import { isBug } from "./bugs.ts";
import { Executor } from "./executor.ts";
import { answerInWords, requestOf } from "./language.ts";
import { isIsolation, Store } from "./store.ts";

const { host, port, rest } = serverArguments("ISOLATION WORKLOAD SEED [BUG]");
const [isolation = "", workload = "", seed = "", bug] = rest;
if (!isIsolation(isolation) || (bug !== undefined && !isBug(bug))) {
  process.stderr.write(`expected an isolation level and a bug that there are, found ${rest.join(" ")}\n`);
  process.exit(64);
}

const executor = new Executor({
  store: new Store({ isolation, ...(bug === undefined ? {} : { bug }) }),
  workload,
  random: chance(seedOf(seed)),
});
let timer: NodeJS.Timeout | undefined;

function goOn(): void {
  clearTimeout(timer);
  executor.run(performance.now());
  const { due } = executor;
  timer = due === undefined ? undefined : setTimeout(goOn, Math.max(0, due - performance.now()));
}

serveLines(host, port, (line, reply) => {
  executor.run(performance.now());
  try {
    const { client, invocation } = requestOf(line);
    executor.submit(performance.now(), client, invocation, (completion) => reply(answerInWords(completion)));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    reply(answerInWords({ type: "fail", error: ["malformed", why] }));
  }
  goOn();
});
