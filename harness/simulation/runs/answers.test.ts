import { expect, test } from "vitest";

import { HistoryBuilder } from "../../../histories/builder.ts";
import type { History } from "../../../histories/history.ts";
import type { JsonObject } from "../../../histories/json.ts";
import { completionOf } from "../../vocabulary.ts";
import { judgeAnswers } from "./answers.ts";

/** A read, and what its client heard. */
function reading(answer: JsonObject): History {
  const builder = new HistoryBuilder({});
  const asked = { process: 0, f: "read", key: "x", value: null };
  builder.add({ ...asked, type: "invoke", time: 0 });
  builder.add({ ...asked, ...completionOf(asked, answer), time: 1 });
  return builder.build();
}

test("what a client hears is an answer to what it asked, or an error", () => {
  expect(judgeAnswers(reading({ type: "read_ok", value: 1 })).valid).toBe(true);
  expect(judgeAnswers(reading({ type: "error", code: 11 })).valid).toBe(true);
  const verdict = judgeAnswers(reading({ type: "write_ok" }));
  expect(verdict.valid).toBe(false);
  expect(verdict.anomalies[0]?.explanation).toBe(
    'A client asked for read and heard {"type":"write_ok"}, which is neither an answer to that nor an error.',
  );
});
