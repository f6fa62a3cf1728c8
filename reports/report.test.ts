import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Verdict } from "../checkers/verdict.ts";
import type { History } from "../histories/history.ts";
import { history } from "../histories/testing/notation.ts";
import { faultSummary } from "./faults.ts";
import { decodeColumns } from "./payload/columns.ts";
import type { BlockEntry, ReportSummary } from "./payload/summary.ts";
import { renderReport } from "./report.ts";
import { loadShell } from "./shell.ts";
import { fixtureDescription, fixtureHistory, usual } from "./testing/fixture.ts";
import { hostileHistory, hostileVerdicts } from "./testing/hostile.ts";

const valid: Verdict = {
  checker: "linearizable",
  model: "register",
  valid: true,
  anomalies: [],
  certificate: { kind: "linearization" },
  verified: true,
  statistics: {},
};

function report(
  of: History,
  verdicts: readonly Verdict[] = [valid],
  outcome: Verdict["valid"] = true,
): string {
  return renderReport({ history: of, verdicts, valid: outcome });
}

function summaryOf(html: string): ReportSummary {
  const text = /<script type="application\/json" id="summary">(.*?)<\/script>/s.exec(html)?.[1] ?? "";
  return JSON.parse(text) as ReportSummary;
}

function blockOf(html: string, name: string): { entry: BlockEntry; bytes: Buffer } {
  const entry = summaryOf(html).blocks.find((block) => block.name === name);
  const text = new RegExp(`data-block="${name}">([^<]*)<`).exec(html)?.[1];
  if (entry === undefined || text === undefined) throw new Error(`no block ${name}`);
  return { entry, bytes: gunzipSync(Buffer.from(text, "base64")) };
}

describe("a report", () => {
  const small = history(`
    0 invoke write 1 @100 key="x" node=n1
    1 invoke read null @200 key="x"
    0 ok write 1 @350
    1 info read null @900 error="timeout"
    2 invoke write 2 @1000
  `);

  it("is the same bytes for the same input", () => {
    const options = { ...usual, operations: 400 };
    const make = (): string =>
      renderReport({
        description: fixtureDescription(options),
        history: fixtureHistory(options),
        verdicts: [valid],
        valid: true,
      });
    expect(make()).toBe(make());
  });

  it("holds every operation: when it began, how long it took, how it ended", () => {
    const { entry, bytes } = blockOf(report(small), "operations");
    const columns = decodeColumns(entry.rows, entry.columns ?? [], bytes);
    const column = (name: string): number[] => [...(columns.get(name) ?? [])];
    expect(entry.rows).toBe(3);
    expect(column("index")).toEqual([0, 1, 4]);
    expect(column("start")).toEqual([0, 100, 900]);
    expect(column("duration")).toEqual([250, 700, 0]);
    expect(column("outcome")).toEqual([1, 3, 3]);
    expect(column("events")).toEqual([2, 2, 0]);
    expect(column("key")).toEqual([1, 1, 0]);
  });

  it("holds what the operations said", () => {
    const values: unknown = JSON.parse(blockOf(report(small), "values").bytes.toString());
    expect(values).toEqual([
      [0, "1", "1", null],
      [1, "null", "null", '"timeout"'],
      [4, "2", null, null],
    ]);
  });

  it("counts what happened", () => {
    const { counts } = summaryOf(report(small));
    expect(counts).toMatchObject({
      events: 5,
      operations: 3,
      keys: 1,
      processes: 3,
      concurrency: 2,
      start: 100,
      end: 1000,
    });
    expect(counts.functions).toEqual([
      { f: "write", ok: 1, fail: 0, info: 1 },
      { f: "read", ok: 0, fail: 0, info: 1 },
    ]);
  });

  it("never changes a verdict", () => {
    for (const outcome of [true, false, "unknown"] as const) {
      const { valid: shown, verdicts } = summaryOf(report(small, [{ ...valid, valid: outcome }], outcome));
      expect(shown).toBe(outcome);
      expect(verdicts[0]?.valid).toBe(outcome);
    }
  });

  it("keeps the values near an anomaly of a large run, and says what it leaves out", () => {
    const large = fixtureHistory({ ...usual, operations: 60_000, seconds: 300, faults: false });
    const at = large.invocations()[20_000] ?? 0;
    const anomaly = { type: "stale-read", operations: [at], explanation: "…" };
    const html = report(large, [{ ...valid, valid: false, anomalies: [anomaly] }], false);
    const rows = JSON.parse(blockOf(html, "values").bytes.toString()) as [number][];
    expect(rows.some(([index]) => index === at)).toBe(true);
    expect(rows.length).toBeLessThan(45_000);
    expect(summaryOf(html).notes.join()).toContain("operations are in this file");
  });
});

describe("a report of an odd history", () => {
  const odd: Record<string, History> = {
    "no event": history(""),
    "only a nemesis": history("nemesis info kill\nnemesis info restart"),
    "one operation that never ended": history("0 invoke read"),
    "completions only": history("0 ok read 1\n1 fail write 2"),
    "all at the same moment": history("0 invoke read null @5\n0 ok read 1 @5"),
  };
  for (const [name, of] of Object.entries(odd)) {
    it(`shows ${name}`, () => {
      expect(summaryOf(report(of, [], "unknown")).counts.events).toBe(of.length);
    });
  }

  it("says that 0 operations prove nothing", () => {
    expect(summaryOf(report(history(""), [], "unknown")).sentence).toContain("0 operations prove nothing");
  });
});

describe("a report of a hostile history", () => {
  const html = report(hostileHistory(), hostileVerdicts(), false);

  it("lets nothing out of its place in the page", () => {
    const { script } = loadShell();
    const withoutShell = html.replace(script, "");
    // Our own elements and no others: the summary, the blocks and the script.
    const scripts = [...withoutShell.matchAll(/<script\b[^>]*>/gi)].map(([tag]) => tag);
    expect(
      scripts.filter(
        (tag) => !/^<script( type="(text\/plain|application\/json)" [\w-]+="[\w/.-]*")?>$/.test(tag),
      ),
    ).toEqual([]);
    expect(scripts.filter((tag) => tag === "<script>")).toHaveLength(1);
    // Booleans, since a failure would print the page.
    expect(/<(img|svg|a|iframe)\b/i.test(withoutShell)).toBe(false);
    expect(/[\u2028\u2029\u202e]/.test(withoutShell)).toBe(false);
    expect(Buffer.from(withoutShell, "utf8").toString("utf8") === withoutShell).toBe(true);
  });

  it("allows no code but its own", () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-[\w+/=]+'; /,
    );
    expect(policy).not.toContain("unsafe");
  });

  it("cuts what is huge, and says so", () => {
    expect(html.includes("characters)")).toBe(true);
    expect(html.length).toBeLessThan(loadShell().script.length + 400_000);
  });
});

describe("faults", () => {
  const legend = fixtureDescription(usual).legend;
  const description = { ...fixtureDescription(usual), legend };

  it("last from the event that applied them to the event that undid them", () => {
    const of = history(`
      nemesis invoke start-partition @10
      nemesis ok start-partition {"shape": "halves", "cut": [["n1", "n2"], ["n2", "n1"]]} @20
      nemesis invoke stop-partition @50
      nemesis ok stop-partition @60
    `);
    expect(faultSummary(of, description).spans).toEqual([
      { kind: 0, start: 20, end: 60, open: false, detail: "shape: halves, cut: n1 n2, n2 n1" },
    ]);
  });

  it("that were not applied are no bands but are told", () => {
    const of = history(`
      nemesis invoke kill @10
      nemesis fail kill @20 error="no such process"
    `);
    const { spans, failed, kinds } = faultSummary(of, description);
    expect(spans).toEqual([]);
    expect(failed).toEqual(['kill: "no such process"']);
    expect(kinds.map(({ spans: n }) => n)).toEqual([0, 0]);
  });

  it("say what an operator had to do after them, where the history does", () => {
    const of = (value: string): History =>
      history(`
        nemesis info recover @10
        nemesis info recover ${value} @20
      `);
    const done = of('{"waited": {"n2": 3.1}, "operator": "pc.bootstrap=YES on n3"}');
    expect(faultSummary(done, description).operator).toBe("pc.bootstrap=YES on n3");
    expect(faultSummary(of('{"waited": {"n2": 3.1}}'), description).operator).toBeUndefined();
  });

  it("without an end last to the end of the run", () => {
    const of = history(`
      nemesis info kill "n1" @10
      0 invoke read @500
    `);
    expect(faultSummary(of, description).spans).toEqual([
      { kind: 1, start: 10, end: 500, open: true, detail: "n1" },
    ]);
  });

  it("are recognised by their names in histories of other tools", () => {
    const of = history(`
      nemesis info start-skew @1
      nemesis info stop-skew @9
      nemesis info pause @10
      nemesis info resume @20
    `);
    const { kinds, spans } = faultSummary(of, undefined);
    expect(kinds.map(({ name }) => name)).toEqual(["skew", "pause"]);
    expect(spans.map(({ start, end }) => [start, end])).toEqual([
      [1, 9],
      [10, 20],
    ]);
  });
});

describe("sizes", () => {
  it("keeps the shell under 250 kB", () => {
    const { script, style } = loadShell();
    expect(script.length + style.length).toBeLessThan(250_000);
  });

  it("keeps a valid run of 10,000 operations under 400 kB", () => {
    const of = fixtureHistory({ ...usual, operations: 10_000, seconds: 60, faults: false });
    expect(of.invocations().length).toBe(10_000);
    expect(report(of).length).toBeLessThan(400_000);
  });
});
