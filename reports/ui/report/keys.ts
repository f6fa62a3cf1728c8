import { fitAll, pan, zoom } from "../timeline/gestures.ts";
import { go } from "./route.ts";
import {
  anomalies,
  anomalyId,
  hasSpaceTime,
  helpOpen,
  loadOperations,
  marked,
  page,
  reveal,
  selected,
  spaceTime,
  spot,
  step,
  stepMost,
} from "./state.ts";

/** The keys of the page and what they do, as the help shows them. */
export const keyHelp = [
  ["?", "this help"],
  ["g then o, a, m, t, l, p", "overview, anomalies, messages, timeline, latency, operations"],
  ["w s or + −", "zoom in and out"],
  ["a d or ← →", "move in time"],
  ["0", "the whole run"],
  ["n p", "next and previous anomaly"],
  ["→ ← or j k", "next and previous step of a counterexample or of the messages"],
  ["Home End", "its first and last step"],
  ["Esc", "let go of what is selected"],
] as const;

/** Goes to the operation of an anomaly after or before the selected one. */
export function jumpToAnomaly(direction: 1 | -1): void {
  const rows = marked.value;
  if (rows.length === 0) return;
  const from = selected.value;
  const next =
    direction === 1
      ? (rows.find((row) => row > from) ?? rows[0])
      : (rows.findLast((row) => from < 0 || row < from) ?? rows.at(-1));
  reveal(next ?? -1);
}

let afterG = false;

/** Listens to the keyboard; keys typed into fields are the fields' own. */
export function startKeys(): void {
  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    const isTyping = target instanceof HTMLInputElement && target.type !== "checkbox";
    if (isTyping || target instanceof HTMLSelectElement) return;
    if (afterG) {
      afterG = false;
      const places = {
        o: "overview",
        t: "timeline",
        l: "latency",
        a: "anomaly",
        p: "operations",
        m: "messages",
      } as const;
      const place = Object.entries(places).find(([key]) => key === event.key)?.[1];
      if (place !== undefined && (place !== "messages" || hasSpaceTime)) go(place);
      return;
    }
    if (handle(event.key)) event.preventDefault();
  });
}

function handle(key: string): boolean {
  switch (key) {
    case "?":
      helpOpen.value = !helpOpen.value;
      return true;
    case "Escape":
      if (helpOpen.value) helpOpen.value = false;
      else if (page.value === "messages") spot.value = -1;
      else selected.value = -1;
      return true;
    case "g":
      afterG = true;
      return true;
    case "n":
    case "p":
      nextAnomaly(key === "n" ? 1 : -1);
      return true;
    case "j":
    case "k":
      if (page.value === "messages") return moveSpot(key === "j" ? 1 : -1);
      if (page.value !== "anomaly") return false;
      moveStep(key === "j" ? 1 : -1);
      return true;
    case "ArrowRight":
    case "ArrowLeft":
      if (page.value !== "anomaly") return moveWindowOn(key);
      moveStep(key === "ArrowRight" ? 1 : -1);
      return true;
    case "Home":
    case "End":
      if (page.value !== "anomaly") return false;
      step.value = key === "Home" ? 0 : -1;
      return true;
    default:
      return moveWindowOn(key);
  }
}

/** Only the pages that show a window of time move it. */
function moveWindowOn(key: string): boolean {
  return page.value === "timeline" || page.value === "latency" ? moveWindow(key) : false;
}

/** Goes to the next or the previous step of the diagram of messages. */
function moveSpot(direction: 1 | -1): boolean {
  const steps = spaceTime.value?.steps.length ?? 0;
  if (steps === 0) return false;
  spot.value = spot.value < 0 ? (direction === 1 ? 0 : steps - 1) : clampStep(spot.value + direction, steps);
  return true;
}

function clampStep(at: number, steps: number): number {
  return Math.max(0, Math.min(steps - 1, at));
}

/** Goes a step on or back in the attempt that is shown. */
export function moveStep(direction: 1 | -1): void {
  const most = stepMost.value;
  const next = (step.value < 0 ? most : Math.min(step.value, most)) + direction;
  step.value = next >= most ? -1 : Math.max(0, next);
}

function nextAnomaly(direction: 1 | -1): void {
  if (anomalies.length === 0) return;
  if (page.value === "anomaly") {
    const at = anomalies.findIndex(({ id }) => id === anomalyId.value);
    const next = anomalies[(at + direction + anomalies.length) % anomalies.length];
    if (next !== undefined) go("anomaly", next.id);
    return;
  }
  if (page.value !== "timeline") go("timeline");
  void loadOperations().then(() => jumpToAnomaly(direction));
}

function moveWindow(key: string): boolean {
  switch (key) {
    case "w":
    case "+":
    case "=":
      zoom(0.6);
      return true;
    case "s":
    case "-":
      zoom(1 / 0.6);
      return true;
    case "a":
    case "ArrowLeft":
      pan(-0.2);
      return true;
    case "d":
    case "ArrowRight":
      pan(0.2);
      return true;
    case "0":
      fitAll();
      return true;
    default:
      return false;
  }
}
