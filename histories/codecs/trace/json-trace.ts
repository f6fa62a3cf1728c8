import { InputError, type Place } from "../../errors.ts";
import { EventTraceBuilder, type EventTrace, type LoggedEvent } from "../../event-trace.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { clockOf } from "./clock.ts";
import { foundIn, largeInteger, linesOf, objectOn, placeOf, word } from "./text.ts";

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

function eventOf(event: JsonObject, line: number, place: Place): LoggedEvent {
  const node = member(event, "node");
  const name = word(node);
  if (name === undefined) throw wrong(place, "the name of a node as node, host or process", node);
  const kind = member(event, "kind");
  const message = member(event, "message");
  const told = member(event, "text");
  const what = typeof kind === "string" ? kind : "";
  const clock = member(event, "clock");
  const isVector = isJsonObject(clock) && largeInteger(clock) === undefined;
  const lamport = lamportOf(isVector ? member(event, "lamport") : (clock ?? member(event, "lamport")), place);
  const past = member(event, "past");
  return {
    node: name,
    line,
    text:
      typeof told === "string"
        ? told
        : `${what}${message === undefined ? "" : ` ${JSON.stringify(message)}`}`,
    ...(isVector ? { clock: clockOf(clock, place) } : {}),
    ...(lamport === undefined ? {} : { lamport }),
    ...(past === undefined ? {} : { past: pastOf(past, place) }),
    ...messageOf(what, message, place),
  };
}

function lamportOf(value: Json | undefined, place: Place): number | bigint | undefined {
  if (value === undefined || typeof value === "number") return value;
  const digits = largeInteger(value);
  if (digits === undefined)
    throw wrong(place, "a vector clock {node: count, …}, or a number as Lamport clock", value);
  return BigInt(digits);
}

function messageOf(kind: string, message: Json | undefined, place: Place): Partial<LoggedEvent> {
  const does = (
    {
      send: "sends",
      receive: "receives",
      recv: "receives",
      broadcast: "broadcasts",
      deliver: "delivers",
    } as const
  )[kind.toLowerCase()];
  if (does === undefined) return {};
  if (message === undefined)
    throw wrong(place, `the message that this event ${does}, as message, msg or id`, message);
  return { [does]: message };
}

function pastOf(value: Json, place: Place): readonly (readonly [string, number])[] {
  const expected = "a causal history [[node, number], …]";
  if (!isJsonArray(value)) throw wrong(place, expected, value);
  return value.map((each): readonly [string, number] => {
    const [node, number, ...more] = isJsonArray(each) ? each : [];
    const name = word(node);
    if (name === undefined || typeof number !== "number" || more.length > 0)
      throw wrong(place, expected, each);
    return [name, number];
  });
}

function member(event: JsonObject, what: keyof typeof names): Json | undefined {
  for (const name of names[what]) if (event[name] !== undefined && event[name] !== null) return event[name];
  return undefined;
}

function wrong(place: Place, expected: string, found: Json | undefined): InputError {
  return new InputError("E_TRACE", { place, expected, found: foundIn(found) });
}
