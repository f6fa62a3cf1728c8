import { InputError, type Place } from "../../errors.ts";
import { EventTraceBuilder, type EventTrace } from "../../event-trace.ts";
import type { TraceEvent } from "../../trace.ts";
import { linesOf, objectOn, placeOf } from "./text.ts";

/** A trace as text: one event a line. */
export function traceLines(events: Iterable<TraceEvent>): string {
  let text = "";
  for (const event of events) text += `${JSON.stringify(event)}\n`;
  return text;
}

const kinds: Readonly<Record<TraceEvent["kind"], readonly string[]>> = {
  start: [],
  crash: [],
  restart: [],
  pause: [],
  resume: [],
  sync: [],
  send: ["message", "to", "body"],
  receive: ["message", "from"],
  lose: ["message", "reason"],
  timer: ["name"],
  request: ["process", "body"],
  reply: ["process", "body"],
  local: ["text"],
};

/**
 * Reads our own `trace.jsonl`. Its laws: indices are 0, 1, 2, …; times do not go back; each message is sent once, and
 * received or lost only after that, and received only where it was sent to.
 */
export function readTraceEvents(text: string, file?: string): TraceEvent[] {
  const events: TraceEvent[] = [];
  const sent = new Map<number, { readonly from: string; readonly to: string }>();
  let time = -Infinity;
  for (const { line, content } of linesOf(text)) {
    const place = placeOf(file, line);
    const event = shaped(objectOn(content, place, "an event of a trace as a JSON object"), place);
    if (event.index !== events.length) throw wrong(place, `index ${events.length}`, String(event.index));
    if (event.time < time) throw wrong(place, `a time of at least ${time}`, String(event.time));
    time = event.time;
    if (event.kind === "send") {
      if (sent.has(event.message))
        throw wrong(place, "a message that was not sent before", String(event.message));
      sent.set(event.message, { from: event.node, to: event.to });
    } else if (event.kind === "receive" || event.kind === "lose") {
      const message = sent.get(event.message);
      if (message === undefined) throw wrong(place, "a message that was sent before", String(event.message));
      if (event.kind === "receive" && (message.to !== event.node || message.from !== event.from))
        throw wrong(
          place,
          `message ${event.message} from ${message.from} at ${message.to}, as it was sent`,
          `from ${event.from} at ${event.node}`,
        );
    }
    events.push(event);
  }
  return events;
}

/** The same as a trace of anybody's events. */
export function readNativeTrace(text: string, file?: string): EventTrace {
  const builder = new EventTraceBuilder(file);
  const events = readTraceEvents(text, file);
  const lines = linesOf(text);
  for (const event of events) {
    const line = lines.next();
    const { node, kind, clock } = event;
    builder.add({
      node,
      line: line.done === true ? 0 : line.value.line,
      text: textOfEvent(event),
      ...(clock === undefined ? {} : { clock }),
      ...(kind === "send" ? { sends: event.message } : {}),
      ...(kind === "receive" ? { receives: event.message } : {}),
    });
  }
  return builder.build();
}

function textOfEvent(event: TraceEvent): string {
  switch (event.kind) {
    case "send":
      return `send message ${event.message} to ${event.to}`;
    case "receive":
      return `receive message ${event.message} from ${event.from}`;
    case "lose":
      return `lose message ${event.message}`;
    case "timer":
      return `timer ${event.name}`;
    case "local":
      return event.text;
    case "request":
    case "reply":
      return `${event.kind} of process ${event.process}`;
    default:
      return event.kind;
  }
}

function shaped(event: Readonly<Record<string, unknown>>, place: Place): TraceEvent {
  const { index, time, node, kind, clock } = event;
  if (typeof index !== "number") throw wrong(place, "a number as index", JSON.stringify(index) ?? "nothing");
  if (typeof time !== "number") throw wrong(place, "a number as time", JSON.stringify(time) ?? "nothing");
  if (typeof node !== "string") throw wrong(place, "a name as node", JSON.stringify(node) ?? "nothing");
  if (typeof kind !== "string" || !Object.hasOwn(kinds, kind))
    throw wrong(place, `one of ${Object.keys(kinds).join(", ")} as kind`, JSON.stringify(kind) ?? "nothing");
  for (const name of kinds[kind as TraceEvent["kind"]]) {
    const value = event[name];
    const type = name === "message" || name === "process" ? "number" : name === "body" ? "object" : "string";
    if (typeof value !== type || value === null)
      throw wrong(
        place,
        `${type === "object" ? "an object" : `a ${type}`} as ${name} of ${kind}`,
        JSON.stringify(value) ?? "nothing",
      );
  }
  if (clock !== undefined) {
    const counts =
      typeof clock === "object" && clock !== null && !Array.isArray(clock) ? Object.values(clock) : [null];
    if (counts.some((count) => !Number.isSafeInteger(count)))
      throw wrong(place, "a vector clock {node: count, …}", JSON.stringify(clock));
  }
  // All its members were looked at.
  return event as unknown as TraceEvent;
}

function wrong(place: Place, expected: string, found: string): InputError {
  return new InputError("E_TRACE", { place, expected, found });
}
