import type { Validity } from "../../../checkers/verdict.ts";

const words = {
  valid: { word: "VALID", icon: "M4 10.5l4 4 8-9" },
  invalid: { word: "INVALID", icon: "M5 5l10 10M15 5L5 15" },
  unknown: { word: "UNKNOWN", icon: "M7 7.5a3 3 0 1 1 4.2 2.7c-.8.4-1.2 1-1.2 1.8v.5M10 15.4v.2" },
} as const;

export function validityClass(valid: Validity): keyof typeof words {
  return valid === true ? "valid" : valid === false ? "invalid" : "unknown";
}

/** A verdict by icon, word and colour, so that none of them carries it alone. */
export function Badge({ valid, large = false }: { valid: Validity; large?: boolean }) {
  const name = validityClass(valid);
  return (
    <span class={`badge ${name}${large ? " large" : ""}`}>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <path d={words[name].icon} />
      </svg>
      {words[name].word}
    </span>
  );
}

/** How an operation ended. */
export function Outcome({ name }: { name: string }) {
  return <span class={`outcome ${name}`}>{name}</span>;
}
