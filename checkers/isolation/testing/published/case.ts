/**
 * An anomaly as the literature or another tool's documents tell it, in the notation of `notation.ts`, with the weakest
 * levels that it violates: exactly these and what implies them are violated, by the definitions of `docs/isolation.md`.
 */
export interface PublishedCase {
  readonly name: string;
  readonly source: string;
  readonly text: string;
  /** Names of levels with their strengths; view-serializable stands wherever serializable does. */
  readonly violates: readonly string[];
}

/** Transactions by processes of their own, all begun before any is over. */
export function concurrent(...transactions: readonly string[]): string {
  return [
    ...transactions.map((text, process) => `${process} begins: ${text}`),
    ...transactions.map((text, process) => `${process} ends: ${text}`),
  ].join("\n");
}
