import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../histories/json.ts";
import type { LossReason, TraceEvent } from "../../histories/trace.ts";
import { cut, printable, valueText } from "../text.ts";
import { LabelMax, StepsMax } from "./limits.ts";
import type { Arrow, SpaceTime, Step, StepKind } from "./space-time.ts";

const DetailMax = 600;
const DetailsMax = 60;

/** A step while its events are being gathered. */
interface Gathering {
  readonly place: number;
  readonly time: number;
  readonly event: number;
  readonly kind: StepKind;
  label: string;
  readonly details: string[];
  clock?: string;
  asked?: string;
  answered?: string[];
}

interface Flight {
  from: number;
  to: number | null;
  readonly place: number;
  readonly label: string;
  lost?: LossReason;
  again?: true;
}

/** A message: where it was sent, and its first copy's arrow, until that has come to an end. */
interface Sent {
  readonly step: number;
  readonly place: number;
  readonly label: string;
  readonly body: JsonObject;
  waiting: Flight | undefined;
}

/**
 * The space-time diagram of a trace: what a node does in answer to one thing is one step. Of a trace with
 * more than `StepsMax` steps, the last ones up to `until` (nanoseconds) are kept.
 */
export function spaceTimeOf(trace: readonly TraceEvent[], until = Infinity): SpaceTime {
  const gathered = gather(trace);
  const { steps } = gathered;
  let end = steps.length;
  if (end > StepsMax) {
    while (end > StepsMax && (steps[end - 1]?.time ?? 0) > until) end--;
  }
  const begin = Math.max(0, end - StepsMax);
  const inside = (step: number | null): boolean => step !== null && step >= begin && step < end;
  const kept = steps.slice(begin, end);
  const after = steps[end]?.event;
  return {
    places: gathered.places,
    withClients: gathered.withClients,
    steps: kept,
    arrows: gathered.arrows
      .filter(({ from }) => inside(from))
      .map(({ from, to, ...rest }): Arrow => ({
        ...rest,
        from: from - begin,
        to: to !== null && inside(to) ? to - begin : null,
      })),
    leftOut: {
      before: kept[0]?.event ?? 0,
      after: after === undefined ? 0 : trace.length - after,
    },
  };
}

function gather(trace: readonly TraceEvent[]): {
  places: string[];
  withClients: boolean;
  steps: Step[];
  arrows: Flight[];
} {
  const withClients = trace.some(({ kind }) => kind === "request" || kind === "reply");
  const places = withClients ? ["clients"] : [];
  const placeOf = new Map<string, number>();
  for (const name of nodesOf(trace)) {
    placeOf.set(name, places.length);
    places.push(printable(cut(name, 40)));
  }
  const steps: Gathering[] = [];
  const arrows: Flight[] = [];
  const messages = new Map<number, Sent>();
  /** By place: its latest step. */
  const latest: (number | undefined)[] = [];
  for (const event of trace) {
    const place = placeOf.get(event.node) ?? 0;
    const own = latest[place];
    const current = own === undefined ? undefined : steps[own];
    const lostOnLeaving = event.kind === "lose" && messages.get(event.message)?.place !== place;
    // What leaves later, when the disk was done, is a step of its own.
    const follows = lostOnLeaving || (isConsequence(event) && current?.time === event.time);
    let at = own ?? 0;
    if (!follows || current === undefined) {
      at = steps.length;
      latest[place] = at;
      const label = labelOf(event, messages);
      steps.push({ place, time: event.time, event: event.index, kind: kindOf(event), label, details: [] });
    }
    const step = steps[at];
    if (step === undefined) continue;
    if (step.details.length < DetailsMax) step.details.push(detailOf(event, messages));
    if (event.clock !== undefined) step.clock = clockText(event.clock);
    follow(event, at, step, { messages, arrows, placeOf });
  }
  return { places, withClients, steps, arrows };
}

/** The nodes by name; n2 before n10. */
function nodesOf(trace: readonly TraceEvent[]): string[] {
  const names = new Set<string>();
  for (const event of trace) {
    names.add(event.node);
    if (event.kind === "send") names.add(event.to);
  }
  const number = (name: string): number => Number(/\d+$/.exec(name)?.[0] ?? -1);
  const stem = (name: string): string => name.replace(/\d+$/, "");
  return [...names].toSorted((a, b) =>
    stem(a) === stem(b) ? number(a) - number(b) : stem(a) < stem(b) ? -1 : 1,
  );
}

/** Enters in the arrows and the clients' words what an event says of them. */
function follow(
  event: TraceEvent,
  at: number,
  step: Gathering,
  drawn: { messages: Map<number, Sent>; arrows: Flight[]; placeOf: ReadonlyMap<string, number> },
): void {
  const { messages, arrows, placeOf } = drawn;
  switch (event.kind) {
    case "send": {
      const place = placeOf.get(event.to) ?? 0;
      const label = briefly(event.body);
      const waiting: Flight = { from: at, to: null, place, label };
      arrows.push(waiting);
      messages.set(event.message, { step: at, place, label, body: event.body, waiting });
      return;
    }
    case "receive":
    case "lose": {
      const sent = messages.get(event.message);
      if (sent === undefined) return;
      let flight = sent.waiting;
      if (flight === undefined) {
        flight = { from: sent.step, to: null, place: sent.place, label: sent.label, again: true };
        arrows.push(flight);
      }
      sent.waiting = undefined;
      // Lost where it was sent: it never came near the other side.
      if (event.kind === "receive" || step.kind === "lose") flight.to = at;
      if (event.kind === "lose") flight.lost = event.reason;
      return;
    }
    case "request":
      step.asked = briefly(event.body);
      return;
    case "reply":
      (step.answered ??= []).push(briefly(event.body));
      return;
    case "start":
    case "crash":
    case "restart":
    case "pause":
    case "resume":
    case "timer":
    case "sync":
    case "local":
      return;
  }
}

/** What follows from what a node took in, and belongs to the same step. */
function isConsequence({ kind }: TraceEvent): boolean {
  return kind === "send" || kind === "reply" || kind === "sync" || kind === "local";
}

function kindOf(event: TraceEvent): StepKind {
  switch (event.kind) {
    case "send":
    case "reply":
    case "sync":
      return "local";
    default:
      return event.kind;
  }
}

function labelOf(event: TraceEvent, messages: ReadonlyMap<number, Sent>): string {
  switch (event.kind) {
    case "start":
    case "crash":
    case "restart":
    case "pause":
    case "resume":
      return stateLabels[event.kind];
    case "receive":
      return messages.get(event.message)?.label ?? "a message";
    case "lose":
      return `lost: ${messages.get(event.message)?.label ?? "a message"}`;
    case "timer":
      return `timer ${printable(cut(event.name, LabelMax))}`;
    case "request":
      return briefly(event.body);
    case "send":
    case "reply":
    case "sync":
      return "written to disk";
    case "local":
      return printable(cut(event.text, LabelMax));
  }
}

const stateLabels = {
  start: "starts",
  crash: "crashes",
  restart: "restarts",
  pause: "is paused",
  resume: "goes on",
} as const;

const reasons: Record<LossReason, string> = {
  loss: "the network lost it",
  partition: "the link was cut",
  down: "the receiver was down",
};

function detailOf(event: TraceEvent, messages: ReadonlyMap<number, Sent>): string {
  const shown = (body: JsonObject): string => valueText(body, DetailMax);
  const bodyOf = (message: number): string => shown(messages.get(message)?.body ?? {});
  switch (event.kind) {
    case "start":
    case "crash":
    case "restart":
    case "pause":
    case "resume":
      return stateLabels[event.kind];
    case "send":
      return `sends to ${printable(cut(event.to, 40))}: ${shown(event.body)}`;
    case "receive":
      return `receives from ${printable(cut(event.from, 40))}: ${bodyOf(event.message)}`;
    case "lose":
      return `lost, since ${reasons[event.reason]}: ${bodyOf(event.message)}`;
    case "timer":
      return `timer ${printable(cut(event.name, DetailMax))} fires`;
    case "request":
      return `process ${event.process} asks: ${shown(event.body)}`;
    case "reply":
      return `answers process ${event.process}: ${shown(event.body)}`;
    case "sync":
      return "what was persisted is on stable storage";
    case "local":
      return printable(cut(event.text, DetailMax));
  }
}

/** The type of a message and the members that fit on a line. */
function briefly(body: JsonObject): string {
  const { type, ...rest } = body;
  let text = typeof type === "string" ? type : "";
  for (const [name, value] of Object.entries(rest)) {
    if (name === "msg_id" || name === "in_reply_to") continue;
    const part = `${text === "" ? "" : " "}${name} ${briefValue(value)}`;
    if (text.length + part.length > LabelMax) {
      text += " …";
      break;
    }
    text += part;
  }
  return printable(cut(text, LabelMax + 2));
}

function briefValue(value: Json): string {
  if (isJsonArray(value) && value.length > 3) return `[${value.length}]`;
  if (isJsonObject(value) && JSON.stringify(value).length > 24) return "{…}";
  return typeof value === "string" ? value : valueText(value, 24);
}

function clockText(clock: Readonly<Record<string, number>>): string {
  const entries = Object.entries(clock).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return entries.map(([node, events]) => `${printable(cut(node, 40))} ${events}`).join(", ");
}
