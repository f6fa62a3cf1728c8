import { readFileSync } from "node:fs";

import { parseReplay, playScript, replay } from "../harness/index.ts";
import { findSubject, parseScript, type Script } from "../harness/exploration/index.ts";
import { InputError } from "../histories/errors.ts";
import { version } from "./version.ts";

/** Whether what a file says of a run is so, and what to tell of it. */
export interface Played {
  readonly verified: boolean;
  readonly words: string;
}

/** Verifies a script of exploration, or a replay file, by playing it; undefined of any other file. */
export function verifyPlayed(path: string): Played | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    // Whoever reads it next says what is wrong.
    return undefined;
  }
  // One of these documents says in its first members what it is; a verdict does not.
  const head = text.slice(0, 200);
  if (/"format":\s*"rashomon-script"/.test(head)) return verifyScript(parseScript(text, path));
  if (/"kind":\s*"rashomon-replay"/.test(head)) return verifyReplay(text, path);
  return undefined;
}

/**
 * Twice, by code that shares neither nodes nor links nor disks nor the order of events: in the simulated world, and as
 * exploration takes steps.
 */
function verifyScript(script: Script): Played {
  const { property, steps } = script;
  const claim = `${steps.length} steps of ${script.protocol}${script.mutant === undefined ? "" : ` with ${script.mutant}`}, ${script.configuration}, break ${property}`;
  let problem: string | undefined;
  try {
    const { confirmed, verdicts } = playScript(script);
    if (confirmed === "unknown")
      return { verified: false, words: `NOT VERIFIED (no single run shows it): ${claim}` };
    if (!confirmed) {
      const broken = verdicts.filter(({ valid }) => valid === false).map(({ checker }) => checker);
      problem = `in the simulated world ${broken.length === 0 ? "nothing" : broken.join(", ")} is broken`;
    } else if (explored(script) !== property)
      problem = `exploration finds ${explored(script) ?? "nothing"} broken`;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problem = error.message;
  }
  const outcome = problem === undefined ? "verified" : `NOT VERIFIED (${problem})`;
  return { verified: problem === undefined, words: `${outcome}: ${claim}` };
}

function explored(script: Script): string | undefined {
  const configurations = findSubject(script.protocol).configurations(script.mutant);
  const configuration = configurations.find(({ name }) => name === script.configuration);
  return configuration?.replay(script, {})?.violation.property;
}

function verifyReplay(text: string, path: string): Played {
  const file = parseReplay(text, path);
  const { same, failed, difference } = replay(file, version);
  const { checker, anomaly } = file.expected;
  const claim = `the run of ${file.scenario.configuration.protocol}, seed ${file.seed}, ends with ${checker}: ${anomaly}`;
  const verified = same && failed;
  return {
    verified,
    words: `${verified ? "verified" : `NOT VERIFIED (${difference ?? "no such failure"})`}: ${claim}`,
  };
}
