import { batch, effect } from "@preact/signals";
import { rowOfEvent } from "./operations.ts";
import {
  anomalies,
  anomalyId,
  clampSpan,
  loadOperations,
  operations,
  page,
  pages,
  selected,
  spot,
  step,
  theme,
  view,
  whole,
} from "./state.ts";

/**
 * The address: `#/timeline?t=1.25s~2.5s&sel=op:512`. All that is looked at is in it, so that any view is a
 * link that also works on a file.
 */
export function startRouting(): void {
  readAddress();
  window.addEventListener("hashchange", () => {
    if (location.hash !== written) readAddress();
  });
  effect(() => {
    const hash = address();
    if (hash === written) return;
    written = hash;
    clearTimeout(pending);
    // While the window is dragged it changes sixty times a second; browsers refuse so many addresses.
    pending = setTimeout(() => history.replaceState(null, "", hash), 150);
  });
}

let written = "";
let pending: ReturnType<typeof setTimeout> | undefined;

function address(): string {
  const query: string[] = [];
  const { start, end } = view.value;
  if (start !== whole.start || end !== whole.end) query.push(`t=${seconds(start)}~${seconds(end)}`);
  const index = operations.value?.index[selected.value];
  if (selected.value >= 0 && index !== undefined) query.push(`sel=op:${index}`);
  if (step.value >= 0 && page.value === "anomaly") query.push(`step=${step.value}`);
  if (spot.value >= 0 && page.value === "messages") query.push(`at=${spot.value}`);
  if (theme.value !== "auto") query.push(`theme=${theme.value}`);
  const name = page.value === "anomaly" ? `anomaly/${anomalyId.value}` : page.value;
  return `#/${name}${query.length === 0 ? "" : `?${query.join("&")}`}`;
}

function seconds(nanoseconds: number): string {
  return `${Number((nanoseconds / 1e9).toFixed(9))}s`;
}

function readAddress(): void {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, detail = ""] = path.split("/");
  const wanted = new URLSearchParams(query);
  batch(() => {
    page.value = pages.find((candidate) => candidate === name) ?? "overview";
    if (page.value === "anomaly")
      anomalyId.value = (anomalies.find(({ id }) => id === detail) ?? anomalies[0])?.id ?? "";
    const time = /^([\d.]+)s~([\d.]+)s$/.exec(wanted.get("t") ?? "");
    if (time !== null) view.value = clampSpan(Number(time[1]) * 1e9, Number(time[2]) * 1e9);
    const placed = Number.parseInt(wanted.get("step") ?? "", 10);
    step.value = placed >= 0 ? placed : -1;
    const at = Number.parseInt(wanted.get("at") ?? "", 10);
    spot.value = at >= 0 ? at : -1;
    const scheme = wanted.get("theme");
    if (scheme === "light" || scheme === "dark") theme.value = scheme;
  });
  const selection = /^op:(\d+)$/.exec(wanted.get("sel") ?? "");
  if (selection !== null) {
    void loadOperations().then(() => {
      if (operations.value !== undefined) selected.value = rowOfEvent(operations.value, Number(selection[1]));
    });
  }
}

/** Goes to a page; an anomaly by its id. */
export function go(name: (typeof pages)[number], id?: string): void {
  batch(() => {
    page.value = name;
    if (id !== undefined) {
      if (id !== anomalyId.value) step.value = -1;
      anomalyId.value = id;
    } else if (name === "anomaly" && anomalyId.value === "") anomalyId.value = anomalies[0]?.id ?? "";
  });
  window.scrollTo(0, 0);
}
