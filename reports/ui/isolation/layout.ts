import { microText } from "../../isolation-text.ts";
import type { CycleEdge, IsolationAnomaly, TransactionCard } from "../../isolation-evidence.ts";

/** A transaction placed: the lines of text that its card shows. */
export interface PlacedCard {
  readonly card: TransactionCard;
  readonly lines: readonly { readonly text: string; readonly relevant: boolean }[];
  readonly left: number;
  readonly top: number;
  readonly height: number;
}

/** An edge placed: a path from border to border, and where its label stands. */
export interface PlacedEdge {
  readonly edge: CycleEdge;
  readonly path: string;
  readonly labelX: number;
  readonly labelY: number;
  readonly anchor: "start" | "middle" | "end";
}

export interface CycleLayout {
  readonly width: number;
  readonly height: number;
  readonly cards: readonly PlacedCard[];
  readonly edges: readonly PlacedEdge[];
}

export const CardWidth = 232;
export const HeadHeight = 26;
export const LineHeight = 19;
const LinesMax = 7;
const LineCharacters = 29;
const Margin = 14;
/** Between cards, room for an edge and its label. */
const Gap = 108;
/** Transactions of a cycle that stand in a ring; more stand one below the other. */
const RingMax = 6;

/**
 * Places the transactions of a cycle so that its edges do not cross: two side by side, up to six around a ring, more in a column with
 * the last edge leading back at its side. Transactions of no edge stand in a row below. The same anomaly gives the same picture.
 */
export function layOutCycle({ transactions, cycle }: IsolationAnomaly): CycleLayout {
  const byOperation = new Map(transactions.map((card) => [card.operation, card]));
  const inCycle = cycle.flatMap(({ from }) => byOperation.get(from) ?? []);
  const others = transactions.filter((card) => !inCycle.includes(card));
  const placed = inCycle.length > RingMax ? inColumn(inCycle) : inRing(inCycle);
  const bottom = Math.max(0, ...placed.map(({ top, height }) => top + height));
  const right = Math.max(0, ...placed.map(({ left }) => left + CardWidth));
  const below = inRow(others, bottom === 0 ? Margin : bottom + 34);
  const cards = [...placed, ...below];
  const of = new Map(placed.map((one) => [one.card.operation, one]));
  const edges = cycle.flatMap((edge, i): PlacedEdge[] => {
    const from = of.get(edge.from);
    const to = of.get(edge.to);
    if (from === undefined || to === undefined) return [];
    if (inCycle.length > RingMax && i === cycle.length - 1) return [backEdge(edge, from, to, right)];
    return [inCycle.length === 2 ? pairEdge(edge, from, to) : straightEdge(edge, from, to)];
  });
  return {
    width:
      Math.max(right + (inCycle.length > RingMax ? 90 : 0), ...below.map(({ left }) => left + CardWidth)) +
      Margin,
    height: Math.max(bottom, ...below.map(({ top, height }) => top + height)) + Margin,
    cards,
    edges,
  };
}

function linesOf(card: TransactionCard): PlacedCard["lines"] {
  const all = card.operations.map((operation) => ({
    text: textOf(operation),
    relevant: operation.relevant,
  }));
  if (all.length <= LinesMax) return all;
  // What matters stays; the rest is counted.
  const room = LinesMax - 1;
  const chosen = new Set(
    [...all.keys()]
      .toSorted((a, b) => Number(all[b]?.relevant) - Number(all[a]?.relevant) || a - b)
      .slice(0, room),
  );
  return [
    ...all.filter((_, i) => chosen.has(i)),
    { text: `… ${all.length - room} more operations`, relevant: false },
  ];
}

/** A micro-operation on one line: of a list as many of its last elements as have room, since what differs is there. */
function textOf(operation: TransactionCard["operations"][number]): string {
  for (let elements = 8; elements > 1; elements--) {
    const text = microText(operation, elements);
    if (text.length <= LineCharacters) return text;
  }
  const text = microText(operation, 1);
  return text.length <= LineCharacters ? text : `${text.slice(0, LineCharacters - 1)}…`;
}

function cardAt(card: TransactionCard, left: number, top: number): PlacedCard {
  const lines = linesOf(card);
  return { card, lines, left, top, height: heightOf(lines.length) };
}

function heightOf(lines: number): number {
  return HeadHeight + Math.max(1, lines) * LineHeight + 8;
}

/** Rows of the ring, top to bottom, and the place in the cycle of each card in them, left to right: neighbours stay neighbours. */
const rings: Readonly<Record<number, readonly (readonly number[])[]>> = {
  1: [[0]],
  2: [[0, 1]],
  3: [[0], [2, 1]],
  4: [
    [0, 1],
    [3, 2],
  ],
  5: [[0], [4, 1], [3, 2]],
  6: [
    [0, 1],
    [5, 2],
    [4, 3],
  ],
};

function inRing(cycle: readonly TransactionCard[]): PlacedCard[] {
  const rows = rings[cycle.length] ?? [];
  const placed: PlacedCard[] = [];
  let top = Margin;
  for (const row of rows) {
    const cards = row.flatMap((i) => {
      const card = cycle[i];
      return card === undefined ? [] : [{ i, card }];
    });
    const single = cards.length === 1 && cycle.length > 1;
    let most = 0;
    for (const [column, { i, card }] of cards.entries()) {
      const left = Margin + (single ? (CardWidth + Gap) / 2 : column * (CardWidth + Gap));
      placed[i] = cardAt(card, left, top);
      most = Math.max(most, placed[i].height);
    }
    top += most + 62;
  }
  return placed;
}

function inColumn(cycle: readonly TransactionCard[]): PlacedCard[] {
  let top = Margin;
  return cycle.map((card) => {
    const placed = cardAt(card, Margin, top);
    top += placed.height + 44;
    return placed;
  });
}

function inRow(cards: readonly TransactionCard[], top: number): PlacedCard[] {
  const columns = 3;
  let y = top;
  const placed: PlacedCard[] = [];
  for (let i = 0; i < cards.length; i += columns) {
    const row = cards
      .slice(i, i + columns)
      .map((card, column) => cardAt(card, Margin + column * (CardWidth + 16), y));
    placed.push(...row);
    y += Math.max(...row.map(({ height }) => height)) + 16;
  }
  return placed;
}

function middleOf({ left, top, height }: PlacedCard): readonly [number, number] {
  return [left + CardWidth / 2, top + height / 2];
}

/** Where the line from the middle of a card towards a point leaves the card. */
function border(card: PlacedCard, [x, y]: readonly [number, number]): readonly [number, number] {
  const [middleX, middleY] = middleOf(card);
  const dx = x - middleX;
  const dy = y - middleY;
  const scale = Math.min(
    dx === 0 ? Infinity : (CardWidth / 2 + 5) / Math.abs(dx),
    dy === 0 ? Infinity : (card.height / 2 + 5) / Math.abs(dy),
  );
  return [middleX + dx * scale, middleY + dy * scale];
}

function straightEdge(edge: CycleEdge, from: PlacedCard, to: PlacedCard): PlacedEdge {
  const [x1, y1] = border(from, middleOf(to));
  const [x2, y2] = border(to, middleOf(from));
  const level = Math.abs(y2 - y1) < 8;
  return {
    edge,
    path: `M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}`,
    labelX: round((x1 + x2) / 2 + (level ? 0 : 10)),
    labelY: round((y1 + y2) / 2 - (level ? 9 : 0)),
    anchor: level ? "middle" : "start",
  };
}

/** Two cards side by side: one edge above, one below, as arcs. */
function pairEdge(edge: CycleEdge, from: PlacedCard, to: PlacedCard): PlacedEdge {
  const forward = from.left < to.left;
  const share = forward ? 0.32 : 0.68;
  const y1 = from.top + Math.min(from.height, to.height) * share;
  const x1 = forward ? from.left + CardWidth + 5 : from.left - 5;
  const x2 = forward ? to.left - 5 : to.left + CardWidth + 5;
  const bend = forward ? -16 : 16;
  return {
    edge,
    path: `M${round(x1)} ${round(y1)}Q${round((x1 + x2) / 2)} ${round(y1 + bend)} ${round(x2)} ${round(y1)}`,
    labelX: round((x1 + x2) / 2),
    labelY: round(y1 + (forward ? -16 : 25)),
    anchor: "middle",
  };
}

function backEdge(edge: CycleEdge, from: PlacedCard, to: PlacedCard, right: number): PlacedEdge {
  const y1 = from.top + from.height / 2;
  const y2 = to.top + to.height / 2;
  const x = right + 5;
  return {
    edge,
    path: `M${round(x)} ${round(y1)}C${round(x + 80)} ${round(y1)} ${round(x + 80)} ${round(y2)} ${round(x)} ${round(y2)}`,
    labelX: round(x + 30),
    labelY: round((y1 + y2) / 2),
    anchor: "start",
  };
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
