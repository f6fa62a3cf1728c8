import { HistoryBuilder } from "../../histories/builder.ts";
import type { History } from "../../histories/history.ts";
import type { Verdict } from "../../checkers/verdict.ts";

/** Texts that break pages which are not careful; each sets `window.broken` if it runs. */
export const hostileTexts = [
  "</script><script>window.broken=1</script>",
  "<img src=x onerror=window.broken=1>",
  "<!--<script>",
  "]]></style><svg onload=window.broken=1>",
  "\u2028window.broken=1\u2029",
  "\ud800 half a character \udfff",
  "\u202egnorw\u202c",
  "\u0000\u001b[2J\u0007",
  "'\"><a href=javascript:window.broken=1>click</a>",
  "__proto__",
  "constructor",
  "x".repeat(300_000),
];

/** A history that says all of it everywhere that a system under test or a foreign file can say something. */
export function hostileHistory(): History {
  const builder = new HistoryBuilder({ name: hostileTexts[0] ?? "" });
  let time = 0;
  for (const [process, text] of hostileTexts.entries()) {
    const operation = { process, f: text, key: text, node: text } as const;
    builder.add({ ...operation, time: (time += 1e6), type: "invoke", value: { [text]: [text] } });
    if (process % 3 === 0)
      builder.add({ ...operation, time: (time += 1e6), type: "info", value: text, error: text });
    else builder.add({ ...operation, time: (time += 1e6), type: "ok", value: [text] });
    builder.add({ process: "nemesis", time, type: "info", f: `start-${text}`, value: text });
    builder.add({ process: "nemesis", time: (time += 1e6), type: "info", f: `stop-${text}`, value: text });
  }
  builder.note(hostileTexts[1] ?? "");
  return builder.build();
}

export function hostileVerdicts(): Verdict[] {
  return hostileTexts.map((text, i) => {
    const evidence = {
      kind: "nonlinearizable",
      key: text,
      model: text,
      operation: 0,
      paths: [
        { before: 0, order: [0], states: [text], refused: [{ operation: 3, state: text, reason: text }] },
      ],
      window: [],
      shrunk: [0, 1],
    };
    return {
      checker: text,
      model: text,
      valid: i % 2 === 0 ? false : "unknown",
      anomalies:
        i % 2 === 0 ? [{ type: text, operations: [0, 3, -7, 1e9], explanation: text, evidence }] : [],
      reason: text,
      statistics: { [text]: i },
      notes: [text],
    };
  });
}
