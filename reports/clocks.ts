import type { ClockOffset } from "../histories/store/clock-offsets.ts";
import type { ClockSummary } from "./payload/summary.ts";
import { cut, printable } from "./text.ts";

/** Looks that a report shows at most. */
const LooksMax = 2000;

/** The offsets of clocks as columns, a row a node. Of very many looks one in so many is shown, so that what was seen is as it was. */
export function clockSummary(offsets: readonly ClockOffset[]): ClockSummary | undefined {
  if (offsets.length === 0) return undefined;
  const all = [...new Set(offsets.map(({ time }) => time))];
  const every = Math.ceil(all.length / LooksMax);
  const times = all.filter((_, i) => i % every === 0);
  const looks = new Map(times.map((time, i) => [time, i]));
  const rows = new Map<string, (number | null)[]>();
  for (const { node, time, offset } of offsets) {
    const look = looks.get(time);
    if (look === undefined) continue;
    const row = rows.get(node) ?? times.map(() => null);
    row[look] = offset === null ? null : Math.round(offset * 100) / 100;
    rows.set(node, row);
  }
  const order = new Intl.Collator("en", { numeric: true });
  const nodes = [...rows.keys()].toSorted((a, b) => order.compare(a, b));
  return {
    nodes: nodes.map((node) => printable(cut(node, 100))),
    times,
    offsets: nodes.map((node) => rows.get(node) ?? []),
  };
}
