import type { JsonObject } from "../../../histories/json.ts";
import type { NodeId } from "../../../systems/contracts/protocol.ts";
import type { HandlerRun, Outcome } from "./handler-run.ts";
import type { NetworkAction } from "./network-state.ts";

/** What happens, in a sentence without its end. */
export function actionInWords(action: NetworkAction, nodes: readonly NodeId[]): string {
  const name = (node: number): string => nodes[node]!;
  switch (action.kind) {
    case "deliver": {
      const { message, again } = action;
      const twice = again ? ", which will come again" : "";
      return `deliver ${inBrief(message.body)} from ${name(message.from)} to ${name(message.to)}${twice}${ending(action)}`;
    }
    case "ask": {
      const { asked } = action;
      return `client ${asked.client + 1} asks ${name(asked.node)} to ${inBrief(asked.body)}${ending(action)}`;
    }
    case "fire":
      return `timer ${action.timer} of ${name(action.node)} fires${ending(action)}`;
    case "restart":
      return `${name(action.node)} restarts${ending(action)}`;
    case "crash": {
      const kept = action.kept === 0 ? "" : `, with ${action.kept} of its unsynced writes kept`;
      return `${name(action.node)} crashes${kept}`;
    }
    case "lose": {
      const { message } = action;
      return `lose ${inBrief(message.body)} from ${name(message.from)} to ${name(message.to)}`;
    }
    case "clock":
      return `the clock of ${name(action.node)} shows ${action.after.clock} ms`;
  }
}

/** What happens, as a step of a script. */
export function actionAsData(action: NetworkAction, nodes: readonly NodeId[]): JsonObject {
  const name = (node: number): string => nodes[node]!;
  switch (action.kind) {
    case "deliver": {
      const { from, to, body, life } = action.message;
      const copy = { ...(action.again ? { again: true } : {}), ...(life > 0 ? { life } : {}) };
      return { do: "deliver", from: name(from), to: name(to), body, ...copy, ...endingAsData(action) };
    }
    case "ask": {
      const { client, node, body } = action.asked;
      return { do: "ask", client: client + 1, node: name(node), body, ...endingAsData(action) };
    }
    case "fire":
      return { do: "fire", node: name(action.node), timer: action.timer, ...endingAsData(action) };
    case "restart":
      return { do: "restart", node: name(action.node), ...endingAsData(action) };
    case "crash":
      return { do: "crash", node: name(action.node), kept: action.kept };
    case "lose": {
      const { from, to, body } = action.message;
      return { do: "lose", from: name(from), to: name(to), body };
    }
    case "clock":
      return { do: "clock", node: name(action.node), shows: action.after.clock };
  }
}

function ending({ run, outcome }: { readonly run: HandlerRun; readonly outcome: Outcome }): string {
  const draws = run.draws.some((draw) => draw > 0) ? `, with random numbers ${run.draws.join(", ")}` : "";
  return outcome.crashed === undefined ? draws : `${draws}, and it crashes ${outcome.crashed.text}`;
}

function endingAsData({ run, outcome }: { readonly run: HandlerRun; readonly outcome: Outcome }): JsonObject {
  const random = run.draws.some((draw) => draw > 0) ? { random: run.draws } : {};
  if (outcome.crashed === undefined) return random;
  const { barrier, synced, kept } = outcome.crashed;
  return { ...random, crash: { barrier, synced, kept } };
}

/** A body in a few words: its type, then its other members. */
export function inBrief(body: JsonObject): string {
  const { type, ...members } = body;
  const rest = Object.entries(members).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const name = typeof type === "string" ? type : "message";
  return rest.length === 0 ? name : `${name} {${rest.join(", ")}}`;
}
