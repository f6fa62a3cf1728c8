import type { EventTrace } from "../../histories/event-trace.ts";

/** An event as explanations name it: by its line, its node and what it was. */
export function eventNamed(trace: EventTrace, event: number): string {
  const text = trace.text[event] ?? "";
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return `line ${trace.line[event]} (${trace.nodes[trace.node[event]!]}${shown === "" ? "" : `: ${shown}`})`;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
