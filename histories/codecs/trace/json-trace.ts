import { InputError, type Place } from "../../errors.ts";
import { EventTraceBuilder, type EventTrace, type LoggedEvent } from "../../event-trace.ts";
import type { Json } from "../../json.ts";
import { clockOf } from "./clock.ts";
import { linesOf, objectOn, placeOf } from "./text.ts";

/** Names under which other people's traces have what an event needs; the first that is there counts. */
const names = {
  node: ["node", "host", "process", "pid"],
  kind: ["kind", "type"],
  message: ["message", "msg", "id"],
  clock: ["clock", "vectorClock", "vector_clock", "vc"],
  lamport: ["lamport", "lamportClock", "lamport_clock"],
  past: ["past", "history"],
  text: ["event", "text", "description", "name"],
} as const;

/**
 * Reads a trace of one JSON object a line: `node`, and what is known of `kind` (`send` and `receive` of a `message`, `broadcast`
 * and `deliver` of one; anything else is an event of the node alone), `clock` (an object is a vector clock, a number
 * Lamport's), `lamport`, `past` (a causal history: [[node, number], …]) and `event`, in words. Other names that are common
 * are understood too.
 */
export function readJsonTrace(text: string, file?: string): EventTrace {
  const builder = new EventTraceBuilder(file);
  for (const { line, content } of linesOf(text)) {
    const place = placeOf(file, line);
    builder.add(eventOf(objectOn(content, place, "an event as a JSON object"), line, place));
  }
  return builder.build();
}

function eventOf(event: Readonly<Record<string, unknown>>, line: number, place: Place): LoggedEvent {
  const node = member(event, "node");
  if (typeof node !== "string" && typeof node !== "number")
    throw wrong(place, "the name of a node as node, host or process", node);
  const kind = member(event, "kind");
  const message = member(event, "message");
  const told = member(event, "text");
  const what = typeof kind === "string" ? kind : "";
  const clock = member(event, "clock");
  const lamport = typeof clock === "number" ? clock : member(event, "lamport");
  if (lamport !== undefined && (typeof lamport !== "number" || !Number.isFinite(lamport)))
    throw wrong(place, "a number as Lamport clock", lamport);
  if (clock !== undefined && typeof clock !== "number" && !isRecord(clock))
    throw wrong(place, "a vector clock {node: count, …} or a number as clock", clock);
  const past = member(event, "past");
  return {
    node: String(node),
    line,
    text:
      typeof told === "string"
        ? told
        : `${what}${message === undefined ? "" : ` ${JSON.stringify(message)}`}`,
    ...(isRecord(clock) ? { clock: clockOf(clock, place) } : {}),
    ...(typeof lamport === "number" ? { lamport } : {}),
    ...(past === undefined ? {} : { past: pastOf(past, place) }),
    ...messageOf(what, message, place),
  };
}

function messageOf(kind: string, message: unknown, place: Place): Partial<LoggedEvent> {
  const does = (
    {
      send: "sends",
      receive: "receives",
      recv: "receives",
      broadcast: "broadcasts",
      deliver: "delivers",
    } as const
  )[kind];
  if (does === undefined) return {};
  if (message === undefined)
    throw wrong(place, `the message that this event ${does}, as message, msg or id`, message);
  // It came out of JSON.parse.
  return { [does]: message as Json };
}

function pastOf(value: unknown, place: Place): readonly (readonly [string, number])[] {
  const expected = "a causal history [[node, number], …]";
  if (!Array.isArray(value)) throw wrong(place, expected, value);
  return value.map((each: unknown): readonly [string, number] => {
    if (!Array.isArray(each) || each.length !== 2) throw wrong(place, expected, each);
    const [node, number] = each as readonly unknown[];
    if (typeof node !== "string" || typeof number !== "number") throw wrong(place, expected, each);
    return [node, number];
  });
}

function member(event: Readonly<Record<string, unknown>>, what: keyof typeof names): unknown {
  for (const name of names[what]) if (event[name] !== undefined && event[name] !== null) return event[name];
  return undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(place: Place, expected: string, found: unknown): InputError {
  return new InputError("E_TRACE", {
    place,
    expected,
    found: found === undefined ? "nothing" : JSON.stringify(found),
  });
}
