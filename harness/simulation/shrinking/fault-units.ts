import { nemesis } from "../../../histories/operation.ts";
import { isJsonArray, isJsonObject, type Json } from "../../../histories/json.ts";
import { healF, stabilizeF } from "../nemesis.ts";
import { simulatedFaults } from "../runs/fault-kinds.ts";
import type { Script, ScriptedOperation } from "../runs/script.ts";

/** Operations that belong together: the start of a fault and its stop; or one alone. */
export type Unit = readonly ScriptedOperation[];

/** The faults of a script, each start with the stop that follows it. */
export function faultUnits(script: Script): Unit[] {
  const units: ScriptedOperation[][] = [];
  const open = new Map<string, ScriptedOperation[]>();
  for (const operation of script) {
    if (operation.thread !== nemesis) continue;
    const fault = simulatedFaults.find(
      ({ package: each }) =>
        each?.band.start.includes(operation.f) === true || each?.band.stop.includes(operation.f) === true,
    );
    const unit = fault === undefined ? undefined : open.get(fault.kind);
    if (
      fault !== undefined &&
      unit !== undefined &&
      fault.package?.band.stop.includes(operation.f) === true
    ) {
      unit.push(operation);
      open.delete(fault.kind);
      continue;
    }
    const begun = [operation];
    units.push(begun);
    if (fault?.package?.band.start.includes(operation.f) === true) open.set(fault.kind, begun);
  }
  return units;
}

/** How many faults a script has; the healing at the end is none. */
export function countFaults(script: Script): number {
  return faultUnits(script).filter(([first]) => first?.f !== stabilizeF && first?.f !== healF).length;
}

/** A script without what was left out of it. */
export function without(script: Script, left: Iterable<ScriptedOperation>): Script {
  const gone = new Set(left);
  return script.filter((operation) => !gone.has(operation));
}

/** A script with operations in the place of others, in the order of their times. */
export function replaced(script: Script, changes: ReadonlyMap<ScriptedOperation, ScriptedOperation>): Script {
  return script.map((operation) => changes.get(operation) ?? operation).toSorted((a, b) => a.at - b.at);
}

/** Milder forms of a fault's value: fewer nodes, fewer links. */
export function milder(value: Json): Json[] {
  if (!isJsonObject(value)) return [];
  const { nodes, grudge } = value;
  if (isJsonArray(nodes)) return fewer(nodes).map((some) => ({ ...value, nodes: some }));
  if (isJsonArray(grudge)) return fewer(grudge).map((some) => ({ ...value, shape: "links", grudge: some }));
  const members = Object.entries(value);
  if (!members.every(([name]) => /^n\d+$/.test(name))) return [];
  return fewer(members).map((some) => Object.fromEntries(some));
}

/** Halves, and each with one left out; never none. */
function fewer<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [];
  const half = Math.ceil(items.length / 2);
  const halves = items.length > 2 ? [items.slice(0, half), items.slice(half)] : [];
  return [...halves, ...items.map((_, i) => items.toSpliced(i, 1))];
}

/** A fault's value in a cluster that has no node `gone`; undefined when nothing is left of it. */
export function withoutNode(value: Json, gone: string): Json | undefined {
  if (isJsonArray(value)) {
    const kept = value.flatMap((each) => {
      if (each === gone || (isJsonArray(each) && each.includes(gone))) return [];
      const rest = withoutNode(each, gone);
      return rest === undefined ? [] : [rest];
    });
    return kept.length === 0 && value.length > 0 ? undefined : kept;
  }
  if (!isJsonObject(value)) return value;
  const members: [string, Json][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (name === gone) continue;
    const rest = withoutNode(member, gone);
    if (rest === undefined) return undefined;
    members.push([name, rest]);
  }
  return members.length === 0 && Object.keys(value).length > 0 ? undefined : Object.fromEntries(members);
}
