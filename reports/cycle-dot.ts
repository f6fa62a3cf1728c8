import { inWords } from "../histories/json.ts";
import type { IsolationAnomaly } from "./isolation-evidence.ts";
import { microText } from "./isolation-text.ts";
import { printable } from "./text.ts";

const colours: Readonly<Record<string, string>> = {
  ww: "#a63a00",
  wr: "#9a0090",
  rw: "#5b2db0",
  rt: "#0a5fb8",
  so: "#00706b",
};

/** The transactions of an anomaly and the edges between them in the language of Graphviz. */
export function dotOf(anomaly: IsolationAnomaly, title: string): string {
  const names = new Map(anomaly.transactions.map(({ operation, name }) => [operation, name]));
  const nodes = anomaly.transactions.map((card) => {
    const rows = [
      `${card.name}  process ${inWords(card.process)}, operation ${card.operation}`,
      ...card.operations.map((operation) => microText(operation)),
    ];
    return `  ${quoted(card.name)} [label=${quoted(rows.join("\n"), "\\l")}];`;
  });
  const edges = anomaly.cycle.map(({ from, to, kind, key, because }) => {
    const label = key === undefined ? kind : `${kind} ${inWords(key)}`;
    const colour = colours[kind.slice(0, 2)] ?? "#5a626e";
    const ends = [from, to].map((end) => quoted(names.get(end) ?? `operation ${end}`));
    return `  ${ends.join(" -> ")} [label=${quoted(label)}, color=${quoted(colour)}, fontcolor=${quoted(colour)}, tooltip=${quoted(because)}];`;
  });
  return [
    `digraph ${quoted(title)} {`,
    `  label=${quoted(title)};`,
    "  node [shape=box, fontname=monospace];",
    ...nodes,
    ...edges,
    "}",
    "",
  ].join("\n");
}

/** A quoted string of the language; `end` ends each line. */
function quoted(text: string, end = "\\n"): string {
  const lines = text.split("\n").map((line) =>
    printable(line)
      .replaceAll("\\", "\\\\")
      .replaceAll('"', String.raw`\"`),
  );
  return `"${lines.length === 1 && end === "\\n" ? lines[0] : lines.map((line) => line + end).join("")}"`;
}
