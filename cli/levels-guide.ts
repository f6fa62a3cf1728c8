import {
  anomaliesRuledOut,
  definitions,
  directlyImplied,
  levelNames,
  levels,
  nameOf,
  namesOf,
  operationDefinitions,
  operationModels,
  parseLevelName,
  strengths,
  strengthNotes,
  type Level,
} from "../checkers/index.ts";

/** A level for programs. */
export interface LevelData {
  readonly name: string;
  readonly summary: string;
  readonly [detail: string]: unknown;
}

/** Every level in its plain strength, then the conditions of single operations. */
export function levelsListed(): LevelData[] {
  return [...levelNames, ...operationModels].map((name) => levelAsData(name));
}

/** One level, by any of its names; throws a `UsageError` that lists the known ones. */
export function levelAsData(name: string): LevelData {
  const asked = parseLevelName(name);
  if ("model" in asked) return { name: asked.model, summary: operationDefinitions[asked.model] };
  const { level } = asked;
  const { summary, rule } = definitions[level.name];
  return {
    name: nameOf(level),
    summary,
    strength: level.strength,
    rule,
    alsoCalled: namesOf(level).slice(1),
    implies: directlyImplied(level).map(nameOf),
    impliedBy: directlyImplying(level).map(nameOf),
    rulesOut: anomaliesRuledOut(level),
  };
}

function directlyImplying(level: Level): Level[] {
  return levels.filter((other) =>
    directlyImplied(other).some(({ name, strength }) => name === level.name && strength === level.strength),
  );
}

/** One level, for a terminal. */
export function levelInWords(name: string): string {
  const asked = parseLevelName(name);
  if ("model" in asked) return `${asked.model}: ${operationDefinitions[asked.model]}`;
  const { level } = asked;
  const { summary, rule } = definitions[level.name];
  const row = (label: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`  ${label}: ${names.join(", ")}`];
  return [
    `${nameOf(level)}: ${summary}`,
    ...row("also called", namesOf(level).slice(1)),
    `  strength: ${strengthNotes[level.strength]}`,
    `  holds if there is a version order WW such that ${rule}`,
    ...row("implies", directlyImplied(level).map(nameOf)),
    ...row("implied by", directlyImplying(level).map(nameOf)),
    ...row("rules out", anomaliesRuledOut(level)),
    ...(level.strength === "plain"
      ? row(
          "stronger forms",
          strengths.slice(1).map((strength) => nameOf({ ...level, strength })),
        )
      : []),
  ].join("\n");
}
