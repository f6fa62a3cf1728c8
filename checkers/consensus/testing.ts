import type { Json, JsonObject } from "../../histories/json.ts";
import type { Monitor, Occasion, Violation } from "./monitor.ts";
import type { ConsensusView } from "./view.ts";

/** What happens in a run, as a monitor is told of it. */
export type Scene =
  | { readonly node: string; readonly view: ConsensusView; readonly occasion?: Occasion }
  | { readonly asked: JsonObject; readonly node?: string }
  | { readonly request: JsonObject; readonly answer: JsonObject; readonly node?: string }
  | { readonly crashed: string; readonly lost?: boolean }
  | { readonly finish: string; readonly view: ConsensusView };

/** The first violation that a monitor finds in a run. Its memory is cloned as JSON at every step, as an explorer does. */
export function watch(
  monitor: Monitor,
  scenes: Iterable<Scene>,
  nodes = ["n1", "n2", "n3"],
): Violation | undefined {
  let memory = monitor.begin(nodes);
  for (const scene of scenes) {
    const violation = play(monitor, memory, scene);
    if (violation !== undefined) return violation;
    memory = copyOf(memory);
  }
  return undefined;
}

/** The same without copies, as a simulator does: what it costs is what a long run costs. */
export function watchInPlace(
  monitor: Monitor,
  scenes: Iterable<Scene>,
  nodes = ["n1", "n2", "n3"],
): Violation | undefined {
  const memory = monitor.begin(nodes);
  for (const scene of scenes) {
    const violation = play(monitor, memory, scene);
    if (violation !== undefined) return violation;
  }
  return undefined;
}

/** What a monitor remembers after a run. */
export function memoryAfter(monitor: Monitor, scenes: Iterable<Scene>, nodes = ["n1", "n2", "n3"]): Json {
  const memory = monitor.begin(nodes);
  for (const scene of scenes) play(monitor, memory, scene);
  return memory;
}

function play(monitor: Monitor, memory: Json, scene: Scene): Violation | undefined {
  if ("asked" in scene) {
    monitor.asked?.(memory, scene.node ?? "n1", scene.asked);
    return undefined;
  }
  if ("request" in scene) return monitor.answered?.(memory, scene.node ?? "n1", scene.request, scene.answer);
  if ("crashed" in scene) {
    monitor.crashed?.(memory, scene.crashed, scene.lost ?? false);
    return undefined;
  }
  if ("finish" in scene) return monitor.finish?.(memory, scene.finish, scene.view);
  return monitor.look(memory, scene.node, scene.view, scene.occasion ?? "step");
}

function copyOf(memory: Json): Json {
  // What JSON.parse returns is JSON.
  return JSON.parse(JSON.stringify(memory)) as Json;
}
