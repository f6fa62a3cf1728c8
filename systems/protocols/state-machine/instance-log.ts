/**
 * A replicated log made of single decisions: each slot is an instance of a protocol that decides once for each of its
 * instances (Lamport, "The Part-Time Parliament", 1998, §3.1). A node proposes a client's command in a slot that it takes for
 * free; if another command is chosen there, it proposes its own in a later one. Commands are executed in the order of
 * the slots. A slot before which others wait, and in which nobody is heard of, is filled with nothing.
 */
import type { Json, JsonObject } from "../../../histories/json.ts";
import type { Durable, NodeContext, Request } from "../../contracts/protocol.ts";
import { admission } from "./client-table.ts";
import {
  keepLife,
  markUncertain,
  nextLife,
  onDeadline,
  operationOf,
  settle,
  takeRequest,
  type OpenRequests,
} from "./open-requests.ts";
import { operationFrom, type Operation } from "./operation.ts";
import {
  apply,
  applyAgain,
  digestOf,
  fromSnapshot,
  newStateMachine,
  takeSnapshot,
  type StateMachine,
} from "./state-machine.ts";

/** When a slot was open for so many milliseconds, and up to as many again, while later ones are in use, it is filled. */
const patience = 100;
/** An operation that has lost its slot is proposed again after a pause drawn from 1 to this many milliseconds. */
const longestPause = 8;
/** How many slots are told of at once. */
const batch = 64;
const prefix = "slot/";

/** What a node knows of the log. */
export interface InstanceLog {
  /** All slots before its position are executed. */
  readonly machine: StateMachine;
  /** By slot that is not executed yet: what is chosen there; null is nothing. */
  readonly chosen: Record<string, Operation | null>;
  /** By slot that is not known to be chosen: the number of the operation that this node has proposed there; null for nothing. */
  readonly proposed: Record<string, number | null>;
  /** Operations of this node that have lost their slot, and are to be proposed in another when the timer fires. */
  readonly lost: number[];
  /** Slots before this one are filled if they are still open when the timer fires; 0 when none is set. */
  watched: number;
  readonly requests: OpenRequests;
  /** What was executed, by name, in order. */
  readonly executed: string[];
}

/** The decisions on which the log rests, named so that a mutant can get one of them wrong. */
export interface LogRules {
  /** Whether what is chosen waits until all slots before it are executed. */
  readonly executesInOrder: boolean;
  /** Whether a client is answered only when it is its own command that was chosen. */
  readonly answersChosenOnly: boolean;
  /** Whether a command that is chosen in two slots is executed in the first one only. */
  readonly clientTable: boolean;
}

export const logRules: LogRules = { executesInOrder: true, answersChosenOnly: true, clientTable: true };

interface Server {
  readonly state: { readonly log: InstanceLog; readonly decided: Readonly<Record<string, Json>> };
  readonly rules: LogRules;
  readonly node: NodeContext<JsonObject>;
}

/** The protocol that decides, as a node of it is seen from the log. */
export interface Instances<AnyServer extends Server> {
  /** Whether somebody was heard of in an instance. */
  isBegun(server: AnyServer, key: string): boolean;
  /** Proposes a value in an instance, and sees to it that something is decided there. */
  propose(server: AnyServer, key: string, value: Json): void;
  /** Sees to it that something is decided in an instance in which this node has nothing to propose: null, if nothing else. */
  fill(server: AnyServer, key: string): void;
}

/** What is chosen from a slot on: the answer to somebody who did not know. */
export type Learn = { readonly type: "learn"; readonly first: number; readonly values: readonly Json[] };

/** The instance of a slot. */
export function instanceOfSlot(slot: number): string {
  return prefix + String(slot);
}

/** The slot of an instance; undefined when it is an instance of its own. */
export function slotOf(key: string): number | undefined {
  return key.startsWith(prefix) ? Number(key.slice(prefix.length)) : undefined;
}

/** The log of a node that starts, given what it finds to be decided. */
export function startLog(
  node: NodeContext<JsonObject>,
  durable: Durable,
  decided: Readonly<Record<string, Json>>,
  rules: LogRules,
): InstanceLog {
  const log: InstanceLog = {
    machine: newStateMachine(),
    chosen: {},
    proposed: {},
    lost: [],
    watched: 0,
    requests: nextLife(durable),
    executed: [],
  };
  const server = { state: { log, decided }, rules, node };
  for (const key in decided) noteChosen(server, key, decided[key] ?? null);
  return log;
}

/** Takes in what is decided, if the instance is a slot: executes all that is next, and answers this node's clients. */
export function noteChosen(server: Server, key: string, value: Json): void {
  const { log } = server.state;
  const slot = slotOf(key);
  if (slot === undefined || slot < log.machine.position || log.chosen[slot] !== undefined) return;
  const operation = value === null ? null : operationFrom(value);
  if (operation === undefined) throw new Error(`no operation is decided in ${key}: ${JSON.stringify(value)}`);
  log.chosen[slot] = operation;
  const own = log.proposed[slot];
  delete log.proposed[slot];
  if (own !== undefined && own !== null && !isOwn(server, operation, own)) {
    if (server.rules.answersChosenOnly) proposeSoon(server, own);
    else answerUnchosen(server, own);
  }
  execute(server);
  watchHoles(server);
}

/** What is known to be chosen from a slot on. */
export function chosenFrom({ state }: Server, first: number): Learn {
  const values: Json[] = [];
  for (let slot = first; values.length < batch; slot++) {
    const value = state.decided[instanceOfSlot(slot)];
    if (value === undefined) break;
    values.push(value);
  }
  return { type: "learn", first, values };
}

/** What white-box checkers look at. */
export function logView({ machine, executed }: InstanceLog): {
  readonly delivered: Readonly<Record<string, readonly Json[]>>;
  readonly state: { readonly position: number; readonly digest: string };
} {
  return {
    delivered: { log: executed },
    state: { position: machine.position, digest: digestOf(machine) },
  };
}

export interface Slots<AnyServer extends Server> {
  readonly takeClientRequest: (server: AnyServer, request: Request) => void;
  /** Handles a timer if it is the log's; whether it was. */
  readonly onTimer: (server: AnyServer, timer: string) => boolean;
}

/** How nodes of a protocol propose in the slots of the log. */
export function slots<AnyServer extends Server>(instances: Instances<AnyServer>): Slots<AnyServer> {
  const propose = (server: AnyServer, number: number): void => {
    const { state, node } = server;
    const { log } = state;
    const operation = operationOf(log.requests, number, node);
    if (operation === undefined) return;
    let slot = log.machine.position;
    while (isTaken(log, slot) || instances.isBegun(server, instanceOfSlot(slot))) slot++;
    log.proposed[slot] = number;
    markUncertain(log.requests, operation);
    instances.propose(server, instanceOfSlot(slot), operation);
    watchHoles(server);
  };
  const fillHoles = (server: AnyServer): void => {
    const { log } = server.state;
    const end = log.watched;
    log.watched = 0;
    for (let slot = log.machine.position; slot < end; slot++) {
      if (isTaken(log, slot)) continue;
      log.proposed[slot] = null;
      instances.fill(server, instanceOfSlot(slot));
    }
    watchHoles(server);
  };
  return {
    takeClientRequest(server, request) {
      const { requests } = server.state.log;
      // Who is never asked for a command need not count its lives.
      if (requests.last === 0) keepLife(requests, server.node);
      const operation = takeRequest(requests, request, server.node);
      if (operation !== undefined) propose(server, operation.number);
    },
    onTimer(server, timer) {
      const { log } = server.state;
      if (timer === "lost") for (const number of log.lost.splice(0)) propose(server, number);
      else if (timer === "holes") fillHoles(server);
      else return onDeadline(log.requests, timer, server.node);
      return true;
    },
  };
}

function isTaken({ chosen, proposed }: InstanceLog, slot: number): boolean {
  return chosen[slot] !== undefined || proposed[slot] !== undefined;
}

/** The pause lets one of two commands that collide come through. */
function proposeSoon({ state, node }: Server, number: number): void {
  state.log.lost.push(number);
  if (state.log.lost.length === 1) node.setTimer("lost", 1 + node.random(longestPause));
}

function isOwn({ state, node }: Server, operation: Operation | null, number: number): boolean {
  if (operation === null) return false;
  return (
    operation.origin === node.id && operation.life === state.log.requests.life && operation.number === number
  );
}

function execute(server: Server): void {
  const { state, rules, node } = server;
  const { machine, chosen, requests, executed } = state.log;
  for (;;) {
    const slot = machine.position;
    const operation = chosen[slot];
    if (operation === undefined) {
      if (rules.executesInOrder || Object.keys(chosen).length === 0) return;
      apply(machine, null);
      continue;
    }
    delete chosen[slot];
    if (operation === null) {
      apply(machine, null);
      continue;
    }
    if (!rules.clientTable || admission(machine.clients, operation).kind === "new") {
      executed.push(`${operation.origin}/${operation.life}/${operation.number}`);
    }
    const answer = (rules.clientTable ? apply : applyAgain)(machine, operation);
    if (answer !== undefined) settle(requests, operation, answer, node);
  }
}

/** Wrong: tells a client what its command would come to, though another was chosen. */
function answerUnchosen({ state, node }: Server, number: number): void {
  const { machine, requests } = state.log;
  const operation = operationOf(requests, number, node);
  if (operation === undefined) return;
  const answer = apply(fromSnapshot(takeSnapshot(machine)), operation);
  if (answer !== undefined) settle(requests, operation, answer, node);
}

/** Sets the time by which slots before others that are in use are to be chosen. */
function watchHoles({ state, node }: Server): void {
  const { log } = state;
  if (log.watched > 0) return;
  const end = Math.max(endOf(log.chosen), endOf(log.proposed));
  for (let slot = log.machine.position; slot < end; slot++) {
    if (isTaken(log, slot)) continue;
    log.watched = end;
    node.setTimer("holes", patience + node.random(patience));
    return;
  }
}

/** The slot after the last one. */
function endOf(bySlot: Readonly<Record<string, unknown>>): number {
  let end = 0;
  for (const slot in bySlot) end = Math.max(end, Number(slot) + 1);
  return end;
}
