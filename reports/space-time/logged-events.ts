import { causalOrder, causesOf, type Causes } from "../../checkers/causality/happens-before.ts";
import type { ConsensusLog, ConsensusLogLine } from "../../histories/codecs/consensus-log.ts";
import type { EventTrace } from "../../histories/event-trace.ts";
import { cut, printable } from "../text.ts";
import { LabelMax, StepsMax } from "./limits.ts";
import type { Arrow, SpaceTime, Step } from "./space-time.ts";

/** Steps that are drawn after the last one that is blamed, when not all can be. */
const sequel = 200;

/** One line of a log, to be drawn. */
interface Row {
  readonly place: number;
  readonly event: number;
  readonly label: string;
  readonly details: readonly string[];
  readonly clock?: string;
}

/**
 * The space-time diagram of a trace of anybody's events, in an order in which causes come first where there is one. Where
 * the log tells of no messages, arrows are what the vector clocks say that a node came to know.
 */
export function spaceTimeOfEvents(trace: EventTrace, blamed: ReadonlySet<number>): SpaceTime {
  const links = trace.tellsMessages ? toldLinks(trace) : clockLinks(trace);
  const sender = new Int32Array(trace.node.length).fill(-1);
  for (const { from, to } of links) sender[to] = from;
  const causes: Causes = { previous: causesOf(trace).previous, sender };
  const found = causalOrder(causes);
  const order = found.order ?? trace.node.map((_, event) => event);
  const rows = Array.from(order, (event): Row => {
    const text = trace.text[event] ?? "";
    const clock = clockText(trace, event);
    return {
      place: trace.node[event] ?? 0,
      event,
      label: text === "" ? `line ${trace.line[event]}` : text,
      details: [`line ${trace.line[event]}${text === "" ? "" : `: ${text}`}`],
      ...(clock === "" ? {} : { clock }),
    };
  });
  return drawn(trace.nodes, rows, links, blamed);
}

/** The lines of a log of consensus, in their order: a column a node. */
export function spaceTimeOfConsensus(log: ConsensusLog, blamed: ReadonlySet<number>): SpaceTime {
  const nodes = [...new Set(log.lines.map(({ node }) => node))].toSorted();
  const rows = log.lines.map((line, event): Row => ({
    place: nodes.indexOf(line.node),
    event,
    label: entryText(line),
    details: [`line ${line.line}: ${entryText(line)}`],
  }));
  return drawn(nodes, rows, [], blamed);
}

function entryText(line: ConsensusLogLine): string {
  if (line.kind === "leads") return line.ballot === null ? "leads no more" : `leads in ballot ${line.ballot}`;
  const { slot, ballot, digest, committed } = line;
  return `slot ${slot}: ${digest} of ballot ${ballot}${committed ? ", committed" : ""}`;
}

interface Link {
  readonly from: number;
  readonly to: number;
}

function toldLinks(trace: EventTrace): Link[] {
  const links: Link[] = [];
  causesOf(trace).sender.forEach((from, to) => {
    // What a node sends to itself is in its own order.
    if (from >= 0 && trace.node[from] !== trace.node[to]) links.push({ from, to });
  });
  return links;
}

/** Of each event, the events of other nodes that its clock is the first of its node to know, those left out that others knew. */
function clockLinks({ nodes, node, clocks, clocked }: EventTrace): Link[] {
  const links: Link[] = [];
  const rowOf = (event: number): Map<number, number> => {
    const row = new Map<number, number>();
    for (let i = clocks.offset[event]!; i < clocks.offset[event + 1]!; i++)
      row.set(clocks.node[i]!, clocks.count[i]!);
    return row;
  };
  const numbered = nodes.map(() => new Map<number, number>());
  for (let event = 0; event < node.length; event++) {
    const own = node[event]!;
    const count = clocked[event] === 1 ? rowOf(event).get(own) : undefined;
    if (count !== undefined && !numbered[own]!.has(count)) numbered[own]!.set(count, event);
  }
  const known = nodes.map(() => new Map<number, number>());
  for (let event = 0; event < node.length; event++) {
    if (clocked[event] !== 1) continue;
    const own = node[event]!;
    const sources: number[] = [];
    for (const [other, count] of rowOf(event)) {
      if (other === own || count <= (known[own]!.get(other) ?? 0)) continue;
      known[own]!.set(other, count);
      const source = numbered[other]?.get(count);
      if (source !== undefined) sources.push(source);
    }
    for (const from of sources) {
      const count = rowOf(from).get(node[from]!) ?? 0;
      const throughAnother = sources.some(
        (each) => each !== from && (rowOf(each).get(node[from]!) ?? 0) >= count,
      );
      if (!throughAnother) links.push({ from, to: event });
    }
  }
  return links;
}

function clockText({ nodes, clocks, clocked }: EventTrace, event: number): string {
  if (clocked[event] !== 1) return "";
  const parts: string[] = [];
  for (let i = clocks.offset[event]!; i < clocks.offset[event + 1]!; i++)
    parts.push(`${printable(cut(nodes[clocks.node[i]!] ?? "", 40))} ${clocks.count[i]}`);
  return parts.toSorted().join(", ");
}

function drawn(
  nodes: readonly string[],
  rows: readonly Row[],
  links: readonly Link[],
  blamed: ReadonlySet<number>,
): SpaceTime {
  const lastBlamed = rows.findLastIndex(({ event }) => blamed.has(event));
  const end = rows.length <= StepsMax || lastBlamed < 0 ? rows.length : lastBlamed + 1 + sequel;
  const begin = Math.max(0, Math.min(end, rows.length) - StepsMax);
  const kept = rows.slice(begin, end);
  const stepOf = new Map(kept.map(({ event }, step) => [event, step]));
  const receivers = new Set(links.map(({ to }) => to));
  const steps = kept.map(({ place, event, label, details, clock }): Step => ({
    place,
    time: 0,
    event,
    kind: receivers.has(event) ? "receive" : "local",
    label: printable(cut(label, LabelMax)),
    details: details.map((detail) => printable(cut(detail, 600))),
    ...(clock === undefined ? {} : { clock }),
    ...(blamed.has(event) ? { blamed: true } : {}),
  }));
  const arrows = links.flatMap(({ from, to }): Arrow[] => {
    const sent = stepOf.get(from);
    const received = stepOf.get(to);
    // What comes before its cause has no place in the diagram; the verdict says it in words.
    if (sent === undefined || received === undefined || received <= sent) return [];
    return [{ from: sent, to: received, place: kept[received]?.place ?? 0, label: kept[sent]?.label ?? "" }];
  });
  return {
    places: nodes.map((name) => printable(cut(name, 40))),
    withClients: false,
    untimed: true,
    steps,
    arrows,
    leftOut: { before: begin, after: rows.length - begin - kept.length },
  };
}
