import { Chalk, supportsColor } from "chalk";
import type { Validity, Verdict } from "../checkers/verdict.ts";
import type { TerminalOptions } from "./terminal.ts";
import { printable } from "./text.ts";
import { validityWord } from "./words.ts";

/** Anomalies of one check that are told. */
const toldMost = 8;

/** The verdicts on a log (of consensus, or a trace) for the terminal: what is wrong, in words, with its lines. */
export function renderLogVerdicts(
  verdicts: readonly Verdict[],
  { extent, color, width = 100 }: TerminalOptions & { readonly extent: string },
): string {
  const chalk = new Chalk({ level: (color ?? supportsColor !== false) ? 1 : 0 });
  const coloured = (valid: Validity): string => {
    const colour = valid === true ? chalk.green : valid === false ? chalk.red : chalk.yellow;
    return chalk.bold(colour(validityWord(valid)));
  };
  const rank = (valid: Validity): number => (valid === false ? 0 : valid === true ? 2 : 1);
  const lines: string[] = [];
  for (const verdict of verdicts.toSorted((a, b) => rank(a.valid) - rank(b.valid))) {
    const { valid, checker, anomalies, reason, certificate, verified, notes = [] } = verdict;
    lines.push(`${coloured(valid)}  ${checker}`);
    for (const { explanation } of anomalies.slice(0, toldMost))
      lines.push(...wrapped(printable(explanation), width));
    if (anomalies.length > toldMost) lines.push(chalk.dim(`  and ${anomalies.length - toldMost} more`));
    if (reason !== undefined) lines.push(...wrapped(printable(reason), width));
    if (valid === true && certificate !== undefined)
      lines.push(
        chalk.dim(
          `  certificate: ${certificate.kind}, ${verified === true ? "verified by separate code" : "not verified"}`,
        ),
      );
    for (const note of notes) lines.push(...wrapped(`note: ${printable(note)}`, width));
  }
  lines.push("", `  ${extent}`);
  return lines.join("\n");
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = " ";
  for (const word of text.split(/\s+/)) {
    if (line.length > 1 && line.length + 1 + word.length > width) {
      lines.push(line);
      line = " ";
    }
    line += ` ${word}`;
  }
  if (line.trim() !== "") lines.push(line);
  return lines;
}
