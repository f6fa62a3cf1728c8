import type { BeginningStep, NodeId } from "../../../systems/contracts/protocol.ts";
import type { NetworkAction } from "./network-state.ts";

/** Whether an action is what a step of a scripted beginning says. */
export function isStep(action: NetworkAction, step: BeginningStep, nodes: readonly NodeId[]): boolean {
  if (action.kind === "ask") return step.do === "ask" && nodes[action.asked.node] === step.node;
  if (action.kind === "fire")
    return step.do === "fire" && nodes[action.node] === step.node && action.timer === step.timer;
  if (action.kind === "clock") return step.do === "clock";
  if (action.kind === "crash")
    return step.do === "crash" && nodes[action.node] === step.node && action.kept === 0;
  if (action.kind === "restart") {
    return step.do === "start" && nodes[action.node] === step.node && action.outcome.crashed === undefined;
  }
  if (action.kind !== "deliver" && action.kind !== "lose") return false;
  if (step.do !== "deliver" && step.do !== "lose") return false;
  if (step.do !== action.kind) return false;
  if (action.kind === "deliver") {
    const { crashed } = action.outcome;
    if (step.crashing === true ? crashed?.synced !== false || crashed.kept > 0 : crashed !== undefined)
      return false;
  }
  const { from, to, body } = action.message;
  return nodes[from] === step.from && nodes[to] === step.to && body["type"] === step.type;
}
