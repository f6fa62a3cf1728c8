import { createRequire } from "node:module";
import { availableParallelism } from "node:os";

import { chalkStderr, supportsColor } from "chalk";
import { Tinypool } from "tinypool";

import { RashomonError } from "../histories/errors.ts";
import type { JudgeOutcome, JudgeRequest } from "./judge.ts";
import judgeTask, { type WorkerAnswer } from "./judge-worker.ts";

/** An error of a worker, as it was there. */
class RelayedError extends RashomonError {
  readonly exitCode: number;

  constructor({ exitCode, code, message }: { exitCode: number; code: string; message: string }) {
    super(code, message);
    this.exitCode = exitCode;
  }
}

/** How often a check that takes long says that it still goes on, in milliseconds. */
const patience = 5_000;

/** Judges one history in a worker thread, so that this one stays able to answer. */
export async function judgeInWorker(request: JudgeRequest): Promise<JudgeOutcome> {
  for await (const outcome of judgeAll([request])) {
    if (outcome instanceof RashomonError) throw outcome;
    return outcome;
  }
  throw new Error("a check without an outcome");
}

/**
 * Judges histories in worker threads, as many at a time as there are cores, and gives the outcomes in the
 * order of the requests. What is wrong with one history is its outcome, and keeps none of the others.
 */
export async function* judgeAll(
  requests: readonly JudgeRequest[],
): AsyncGenerator<JudgeOutcome | RashomonError> {
  const pool = new Tinypool({
    filename: createRequire(import.meta.url).resolve("rashomon/cli/judge-worker"),
    minThreads: 0,
    maxThreads: Math.min(requests.length, availableParallelism()),
  });
  const terminal = { width: process.stdout.columns ?? 100, color: supportsColor !== false };
  const started = performance.now();
  try {
    const answers = requests.map((request): Promise<WorkerAnswer> => {
      const task = { ...terminal, ...request };
      // Workers have no standard input.
      return request.path === "-" ? judgeTask(task) : pool.run(task);
    });
    // An answer that is not awaited yet may fail meanwhile; it is looked at in its turn.
    for (const answer of answers) answer.catch(() => undefined);
    for (const [i, answer] of answers.entries()) {
      const sign = setInterval(() => {
        const seconds = Math.round((performance.now() - started) / 1000);
        process.stderr.write(chalkStderr.dim(`still checking ${requests[i]?.path ?? ""}, ${seconds} s\n`));
      }, patience);
      try {
        const settled = await answer;
        yield "outcome" in settled ? settled.outcome : new RelayedError(settled.error);
      } finally {
        clearInterval(sign);
      }
    }
  } finally {
    await pool.destroy();
  }
}
