import { readFileSync } from "node:fs";

/** One request and what it is answered by upstream and by the embedded server. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly upstream: string;
  readonly ours: string;
}

export interface ContractCase {
  readonly title: string;
  readonly exchanges: readonly Exchange[];
}

/**
 * Reads api-contract.txt: cases with a title and exchanges in order, each case for a server without proxies.
 *
 *     # title
 *     > METHOD path body
 *     < status type body            the answer of both, the body's line ends as ⏎
 *     <upstream … and <ours …       where they differ on purpose
 *
 * `{port}` is one free port a case; PORT in an answer is any.
 */
export function readContract(): readonly ContractCase[] {
  const text = readFileSync(new URL("api-contract.txt", import.meta.url), "utf8");
  return text.trim().split("\n\n").map(readCase);
}

function readCase(text: string): ContractCase {
  const [title = "", ...lines] = text.split("\n");
  const exchanges: Exchange[] = [];
  for (let i = 0; i < lines.length;) {
    const [, method, path, body = ""] = /^> (\S+) (\S+) ?(.*)$/.exec(lines[i++] ?? "") ?? [];
    if (method === undefined || path === undefined)
      throw new Error(`no request in line ${i + 1} of ${title}`);
    const answers = new Map<string, string>();
    for (; lines[i]?.startsWith("<") === true; i++) {
      const [, who = "", answer = ""] = /^<(\w*) (.*)$/.exec(lines[i] ?? "") ?? [];
      answers.set(who, answer);
    }
    const upstream = answers.get("upstream") ?? answers.get("");
    const ours = answers.get("ours") ?? answers.get("");
    if (upstream === undefined || ours === undefined) throw new Error(`no answer to ${path} in ${title}`);
    exchanges.push({ method, path, body, upstream, ours });
  }
  return { title: title.replace(/^# /, ""), exchanges };
}
