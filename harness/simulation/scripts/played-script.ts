import type { Verdict } from "../../../checkers/verdict.ts";
import { HistoryBuilder } from "../../../histories/builder.ts";
import type { History } from "../../../histories/history.ts";
import type { TraceEvent } from "../../../histories/trace.ts";
import type { Validity } from "../../../checkers/verdict.ts";
import type { Script } from "../../exploration/script.ts";
import { runSharedScript } from "../shared-memory/shared-script.ts";
import { sharedAlgorithm } from "../shared-memory/shared-plan.ts";
import { checkerOf, runScript } from "./script-run.ts";
import { stepInWords, stepOf } from "./steps.ts";

/** A script of a network or of shared memory, played in simulation: what there is to keep and to tell of it. */
export interface PlayedScript {
  readonly valid: Validity;
  /** Whether what the script says is broken was seen to break; unknown for what no single run can show. */
  readonly confirmed: boolean | "unknown";
  readonly verdicts: readonly Verdict[];
  readonly history: History;
  readonly trace: readonly TraceEvent[];
  /** Step by step, as people read it. */
  readonly words: readonly string[];
  /** Names of nodes, or of processes. */
  readonly nodes: readonly string[];
  readonly events: number;
  /** Virtual seconds. */
  readonly seconds: number;
}

/** Steps on shared memory are so many nanoseconds apart. */
const stepNanoseconds = 1_000_000;

/** Plays a script with the simulator alone. */
export function playScript(script: Script): PlayedScript {
  const algorithm = sharedAlgorithm(script.protocol);
  if (algorithm === undefined) {
    const { run, trace, nodes, confirmed } = runScript(script);
    const { valid, verdicts, history, events, microseconds } = run;
    const words = script.steps.map((step, i) => stepInWords(stepOf(step, i + 1)));
    return { words, valid, confirmed, verdicts, history, trace, nodes, events, seconds: microseconds / 1e6 };
  }
  const { violation, words, order, locals } = runSharedScript(algorithm, script);
  const nodes = locals.map((_, process) => `p${process}`);
  return {
    words,
    valid: violation === undefined,
    confirmed: violation?.property === script.property,
    verdicts: [
      {
        checker: script.property,
        valid: violation === undefined,
        anomalies:
          violation === undefined
            ? []
            : [
                {
                  type: violation.property,
                  operations: [],
                  explanation: violation.explanation,
                  evidence: { kind: "steps", steps: words } as { readonly kind: "steps" },
                },
              ],
        statistics: { steps: words.length },
      },
    ],
    history: new HistoryBuilder().build(),
    trace: words.map((text, index) => ({
      index,
      time: index * stepNanoseconds,
      node: nodes[order[index] ?? 0] ?? "",
      kind: "local",
      text: text.replace(/^p\d+:? /, ""),
    })),
    nodes,
    events: words.length,
    seconds: (words.length * stepNanoseconds) / 1e9,
  };
}

/** Names the verdict of a script: who objects, and at what. */
export function expectedOf(
  { property }: Script,
  { verdicts }: PlayedScript,
): { checker: string; anomaly: string } {
  const checker = checkerOf(property);
  const found = verdicts.find((verdict) => verdict.checker === checker && verdict.valid === false);
  return { checker, anomaly: found?.anomalies[0]?.type ?? property };
}
