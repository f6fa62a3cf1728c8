import { InputError, UsageError } from "../../errors.ts";
import { EventTraceBuilder, type EventTrace } from "../../event-trace.ts";
import { clockOf } from "./clock.ts";
import { objectOn, placeOf, shown } from "./text.ts";

/** How ShiViz parses logs unless told otherwise; GoVector writes them so. */
export const usualExpression = String.raw`(?<host>\S+) (?<clock>\{.*\})\n(?<event>.*)`;

/**
 * Reads a log as ShiViz does: events that a regular expression matches, with the groups `host`, `clock` (a JSON object, host →
 * count) and `event`. Whatever stands between events and is not blank is an error.
 */
export function readShiVizLog(
  source: string,
  { file, expression = usualExpression }: { readonly file?: string; readonly expression?: string } = {},
): EventTrace {
  const pattern = compiled(expression);
  const text = source.replaceAll("\r\n", "\n");
  const builder = new EventTraceBuilder(file);
  let line = 1;
  let at = 0;
  const skipTo = (end: number): void => {
    const between = text.slice(at, end);
    if (between.trim() !== "") {
      const lead = between.slice(0, between.length - between.trimStart().length);
      throw new InputError("E_TRACE", {
        place: placeOf(file, line + newlines(lead)),
        expected: `an event as /${expression}/ matches it`,
        found: shown(between.trim().split("\n")[0] ?? ""),
      });
    }
    line += newlines(between);
    at = end;
  };
  for (const match of text.matchAll(pattern)) {
    skipTo(match.index);
    const { host = "", clock = "", event = "" } = match.groups ?? {};
    const place = placeOf(file, line);
    const counts = clockOf(objectOn(clock, place, "a vector clock as JSON, {host: count, …}"), place);
    builder.add({ node: host, line, text: event.trim(), clock: counts });
    line += newlines(match[0]);
    at = match.index + match[0].length;
  }
  skipTo(text.length);
  return builder.build();
}

function compiled(expression: string): RegExp {
  let pattern: RegExp;
  try {
    // The groups of ShiViz are written as those of JavaScript.
    pattern = new RegExp(expression, "gm");
  } catch (error) {
    throw new UsageError(
      `The expression for events is not a regular expression: ${error instanceof Error ? error.message : expression}.`,
    );
  }
  for (const group of ["host", "clock", "event"])
    if (!expression.includes(`(?<${group}>`))
      throw new UsageError(`The expression for events needs a group (?<${group}>…); found ${expression}.`);
  return pattern;
}

function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
