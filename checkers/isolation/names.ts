import { unknownName } from "../../histories/errors.ts";
import { levelNames, strengths, type Level, type LevelName, type Strength } from "./levels.ts";

/**
 * Consistency conditions of single operations. They judge histories whose transactions have one operation each;
 * `sequential` and `linearizable` are then what serializable is in sessions and in real time.
 */
export const operationModels = [
  "monotonic-reads",
  "monotonic-writes",
  "read-your-writes",
  "writes-follow-reads",
  "PRAM",
  "causal",
  "sequential",
  "linearizable",
] as const;
export type OperationModel = (typeof operationModels)[number];

/** What a name asks for: an isolation level, or a condition of single operations. */
export type Asked =
  | { readonly name: string; readonly level: Level }
  | { readonly name: string; readonly model: OperationModel };

/** Other names of the levels, in lower case: Adya's, Elle's, Cerone's, Crooks', and those of everyday speech. */
const synonyms: Readonly<Record<string, LevelName>> = {
  "pl-1": "read-uncommitted",
  "pl-2": "read-committed",
  "pl-cs": "cursor-stability",
  "pl-2l": "monotonic-view",
  "pl-msr": "monotonic-snapshot-read",
  "pl-2+": "consistent-view",
  "pl-fcv": "forward-consistent-view",
  "pl-si": "snapshot-isolation",
  "pl-3u": "update-serializable",
  "pl-2.99": "repeatable-read",
  "pl-3": "serializable",
  "conflict-serializable": "serializable",
  "1sr": "view-serializable",
  "biswas-enea-read-committed": "read-committed-biswas-enea",
  "causal-cerone": "causal-consistency",
  "transactional-causal-consistency": "causal-consistency",
  tcc: "causal-consistency",
  prefix: "prefix-consistency",
  "adya-snapshot-isolation": "snapshot-isolation",
  "generalized-snapshot-isolation": "ansi-snapshot-isolation",
  gsi: "ansi-snapshot-isolation",
  ru: "read-uncommitted",
  rc: "read-committed",
  cs: "cursor-stability",
  mav: "monotonic-atomic-view",
  ra: "read-atomic",
  ua: "update-atomic",
  cc: "causal-consistency",
  psi: "parallel-snapshot-isolation",
  pc: "prefix-consistency",
  si: "snapshot-isolation",
  rr: "repeatable-read",
  ser: "serializable",
};

/** Names that have their strength within. */
const synonymsWithStrength: Readonly<Record<string, Level>> = {
  "strict-serializable": { name: "serializable", strength: "strong" },
  "pl-ss": { name: "serializable", strength: "strong" },
  sser: { name: "serializable", strength: "strong" },
  "session-serializable": { name: "view-serializable", strength: "strong-session" },
  "session-snapshot-isolation": { name: "ansi-snapshot-isolation", strength: "strong-session" },
};

const prefixes: readonly (readonly [string, Strength])[] = [
  ["strong-session-", "strong-session"],
  ["strong-", "strong"],
  ["", "plain"],
];

/** The name of a level in its strength. */
export function nameOf({ name, strength }: Level): string {
  if (name === "serializable" && strength === "strong") return "strict-serializable";
  return strength === "plain" ? name : `${strength}-${name}`;
}

/** Every name that a level in its strength is known by, our own first. */
export function namesOf(level: Level): readonly string[] {
  const prefix = prefixes.find(([, strength]) => strength === level.strength)?.[0] ?? "";
  const others = Object.entries(synonyms).flatMap(([synonym, name]) =>
    name === level.name ? [`${prefix}${inCase(synonym)}`] : [],
  );
  const own = Object.entries(synonymsWithStrength).flatMap(([synonym, { name, strength }]) =>
    name === level.name && strength === level.strength ? [inCase(synonym)] : [],
  );
  return [...new Set([nameOf(level), `${prefix}${level.name}`, ...own, ...others])];
}

/** How the field writes a synonym: Adya's names and abbreviations in capitals. */
function inCase(synonym: string): string {
  return /^pl-|^1sr$|^[a-z]{2,4}$/.test(synonym) ? synonym.toUpperCase() : synonym;
}

/**
 * What a name asks for: a level in one of its strengths, by its own name or a synonym, or a condition of single operations.
 * Capitals do not matter, nor whether words are joined by hyphens, underscores or spaces.
 * Throws a `UsageError` that lists the known names.
 */
export function parseLevelName(text: string): Asked {
  const plain = text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, "-");
  const name = text.trim();
  const model = operationModels.find((known) => known.toLowerCase() === plain);
  if (model !== undefined) return { name, model };
  if (Object.hasOwn(synonymsWithStrength, plain)) return { name, level: synonymsWithStrength[plain]! };
  for (const [prefix, strength] of prefixes) {
    if (!plain.startsWith(prefix)) continue;
    const rest = plain.slice(prefix.length);
    const known =
      levelNames.find((level) => level === rest) ??
      (Object.hasOwn(synonyms, rest) ? synonyms[rest] : undefined);
    if (known !== undefined) return { name, level: { name: known, strength } };
  }
  throw unknownName("isolation level", name, knownNames());
}

/** Every name that is accepted, apart from the strengths of synonyms. */
export function knownNames(): readonly string[] {
  return [
    ...levelNames.flatMap((name) => strengths.map((strength) => nameOf({ name, strength }))),
    ...operationModels,
    ...Object.keys(synonymsWithStrength)
      .filter((name) => name !== "strict-serializable")
      .map(inCase),
    ...Object.keys(synonyms).map(inCase),
  ];
}
