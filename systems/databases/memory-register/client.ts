import type { Json } from "../../../histories/json.ts";
import type { Completion, Invocation } from "../../contracts/client.ts";
import type { LineLanguage } from "../lines/client.ts";

/** How clients speak to the server of registers. */
export const registerLanguage: LineLanguage = {
  lineOf,
  completionOf,
  isRead: ({ f }) => f === "read",
};

function lineOf({ f, key, value }: Invocation): string {
  const about = JSON.stringify(key ?? null);
  switch (f) {
    case "read":
      return `GET\t${about}`;
    case "write":
      return `SET\t${about}\t${JSON.stringify(value)}`;
    case "cas": {
      if (!Array.isArray(value) || value.length !== 2) {
        throw new TypeError(`cas: expected the value [from, to], found ${JSON.stringify(value)}`);
      }
      const [from, to]: readonly Json[] = value;
      return `CAS\t${about}\t${JSON.stringify(from)}\t${JSON.stringify(to)}`;
    }
    default:
      throw new TypeError(`expected read, write or cas, found ${f}`);
  }
}

function completionOf({ f }: Invocation, answer: string): Completion {
  const [word = "", json] = answer.split("\t");
  switch (word) {
    case "DONE":
      return { type: "ok" };
    case "VALUE":
      // JSON.parse gives nothing but JSON.
      return { type: "ok", value: JSON.parse(json ?? "null") as Json };
    case "NONE":
      return f === "read" ? { type: "ok", value: null } : { type: "fail", error: "never set" };
    case "NO":
      return { type: "fail", error: ["found", json ?? ""] };
    default:
      return { type: f === "read" ? "fail" : "info", error: ["unexpected-answer", answer] };
  }
}
