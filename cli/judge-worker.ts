import { RashomonError } from "../histories/errors.ts";
import { judge, type JudgeOutcome, type JudgeRequest } from "./judge.ts";

/** What a worker hands back: errors lose their class between threads, so those that matter go as data. */
export type WorkerAnswer =
  | { readonly outcome: JudgeOutcome }
  | { readonly error: { readonly exitCode: number; readonly code: string; readonly message: string } };

/** The task of a worker thread: judges one history. */
export default async function judgeTask(request: JudgeRequest): Promise<WorkerAnswer> {
  try {
    return { outcome: await judge(request) };
  } catch (error) {
    if (!(error instanceof RashomonError)) throw error;
    return { error: { exitCode: error.exitCode, code: error.code, message: error.message } };
  }
}
