import { readFileSync, writeFileSync } from "node:fs";

import chalk, { chalkStderr } from "chalk";
import { Command } from "commander";

import type { Validity } from "../../checkers/verdict.ts";
import {
  chosenConfigurations,
  findSubject,
  parseScript,
  type ConfigurationResult,
  type Progress,
  type Subject,
  type SubjectOptions,
  type Witness,
} from "../../harness/exploration/index.ts";
import { UsageError } from "../../histories/errors.ts";
import { traceLines } from "../../histories/codecs/trace/native-trace.ts";
import { counted } from "../../reports/index.ts";
import { exitCodeOf, exitCodes } from "../exit-codes.ts";
import { reportExploration } from "../exploration-report.ts";
import { gathered, integer } from "../options.ts";

interface ExploreFlags {
  readonly mutant?: string;
  readonly configuration?: string;
  readonly depth?: number;
  readonly states?: number;
  readonly crashes?: number;
  readonly timers?: number;
  readonly losses?: number;
  readonly duplicates?: number;
  readonly property?: readonly string[];
  readonly symmetry?: true;
  readonly partialOrder?: true;
  readonly liveness?: true;
  readonly replay?: string;
  readonly save?: string;
  readonly report?: string;
  readonly trace?: string;
  readonly json?: true;
}

/** One configuration's result, and how long it took. */
interface Timed {
  readonly result: ConfigurationResult;
  readonly seconds: number;
}

export function exploreCommand(): Command {
  return new Command("explore")
    .summary("try every run of a protocol in small configurations")
    .description(
      "Explores every interleaving of messages, timers, crashes and clients' requests of a protocol in its small configurations, breadth first, and shows the shortest run that breaks a property. Works on algorithms on shared memory too.",
    )
    .argument("<protocol>", "what to explore (rashomon list systems, rashomon list algorithms)")
    .option("--mutant <name>", "a version with a known bug; explored in the configuration that shows it")
    .option("--configuration <name>", "this configuration only (default: all)")
    .option("--depth <steps>", "only runs of at most so many steps", integer(0))
    .option("--states <number>", "give up after so many distinct states", integer(1))
    .option("--crashes <number>", "how many crashes in all, in place of the configuration's", integer(0))
    .option("--timers <number>", "how many timers fire in all, in place of the configuration's", integer(0))
    .option("--losses <number>", "how many messages may be lost, in place of the configuration's", integer(0))
    .option("--duplicates <number>", "how many may come twice, in place of the configuration's", integer(0))
    .option(
      "--property <name>",
      "judge this property only, whatever else is broken on the way; may be repeated",
      gathered,
    )
    .option("--symmetry", "take states that differ in which of the symmetric nodes is which for one")
    .option("--partial-order", "take only one of the orders of steps that do not touch each other")
    .option("--liveness", "see also that what clients ask for can be had from every state")
    .option("--save <file>", "write the shortest counterexample, to be replayed")
    .option("--trace <file>", "write it as a trace of messages, with vector clocks")
    .option("--report <file>", "write a page that draws the shortest counterexample")
    .option("--replay <file>", "take the steps of a counterexample that was saved, and nothing else")
    .option("--json", "print one JSON object on standard output, all else on standard error")
    .addHelpText(
      "after",
      `
Examples:
  rashomon explore paxos                                every run of every small configuration
  rashomon explore paxos --mutant half-quorum           the shortest run that shows the bug
  rashomon explore paxos --crashes 2 --states 1000000   with more crashes; gives up after a million states
  rashomon explore paxos --mutant half-quorum --property agreement
                                                        the shortest run to two decisions
  rashomon explore paxos --mutant half-quorum --save bug.json
  rashomon explore paxos --mutant half-quorum --report bug.html
  rashomon explore paxos --replay bug.json              the same run again, step by step

Exit codes: ${exitCodes.valid} every property holds in every run, ${exitCodes.invalid} a property is broken, ${exitCodes.unknown} a limit was met before all was seen,
${exitCodes.usage} wrong usage, ${exitCodes.input} a script that cannot be replayed, ${exitCodes.internal} internal error.`,
    )
    .action((name: string, flags: ExploreFlags) => {
      const subject = findSubject(name);
      process.exitCode =
        flags.replay === undefined ? runAll(subject, flags) : replay(subject, flags, flags.replay);
    });
}

function runAll(subject: Subject, flags: ExploreFlags): number {
  const timed: Timed[] = [];
  for (const configuration of chosenConfigurations(
    subject,
    flags.mutant,
    flags.configuration,
    flags.property,
  )) {
    const line = new ProgressLine(`${subject.name}, ${configuration.name}`);
    const before = performance.now();
    const result = configuration.explore({
      ...optionsOf(flags),
      onProgress: (progress) => line.update(progress),
    });
    line.stop();
    timed.push({ result, seconds: (performance.now() - before) / 1000 });
    if (flags.json !== true) process.stdout.write(inWords(subject, flags.mutant, timed.at(-1)!));
  }
  const valid = worst(timed.map(({ result }) => result.valid));
  const broken = timed.find(({ result }) => result.valid === false)?.result;
  save(flags, broken?.counterexample);
  if (flags.report !== undefined) report(flags.report, named(subject, flags.mutant), broken);
  if (flags.json === true)
    process.stdout.write(`${JSON.stringify(asData(subject, flags.mutant, valid, timed))}\n`);
  return exitCodeOf(valid);
}

function optionsOf(flags: ExploreFlags): SubjectOptions {
  const { depth, states, crashes, timers, losses, duplicates, property } = flags;
  return {
    ...(depth === undefined ? {} : { depth }),
    ...(states === undefined ? {} : { states }),
    ...(crashes === undefined ? {} : { crashes }),
    ...(timers === undefined ? {} : { timers }),
    ...(losses === undefined ? {} : { losses }),
    ...(duplicates === undefined ? {} : { duplicates }),
    ...(property === undefined ? {} : { properties: property }),
    symmetry: flags.symmetry === true,
    partialOrder: flags.partialOrder === true,
    liveness: flags.liveness === true,
  };
}

/** Writes the files that are asked for. */
function save({ save: file, trace }: ExploreFlags, witness: Witness | undefined): void {
  if (witness === undefined) {
    if (file !== undefined || trace !== undefined)
      process.stderr.write("nothing to save: no property was broken\n");
    return;
  }
  if (file !== undefined) write(file, `${JSON.stringify(witness.script, null, 2)}\n`);
  if (trace === undefined) return;
  if (witness.trace === undefined)
    throw new UsageError("Algorithms on shared memory send no messages: no trace.");
  write(trace, traceLines(witness.trace));
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const why = error instanceof Error ? error.message : "it cannot be written";
    throw new UsageError(`${file} cannot be written: ${why}.`, "E_FILE");
  }
  process.stderr.write(`saved to ${file}\n`);
}

function report(file: string, name: string, result: ConfigurationResult | undefined): void {
  if (result?.counterexample === undefined) {
    process.stderr.write("no report: no property was broken\n");
    return;
  }
  reportExploration(file, name, result, result.counterexample);
  process.stderr.write(`report ${file}\n`);
}

function named(subject: Subject, mutant: string | undefined): string {
  return mutant === undefined ? subject.name : `${subject.name} with ${mutant}`;
}

function replay(subject: Subject, flags: ExploreFlags, file: string): number {
  const script = parseScript(read(file), file);
  if (script.protocol !== subject.name) {
    throw new UsageError(`${file} is a script of ${script.protocol}, not of ${subject.name}.`);
  }
  const [configuration] = chosenConfigurations(
    subject,
    flags.mutant ?? script.mutant,
    flags.configuration ?? script.configuration,
    flags.property,
  );
  const witness = configuration!.replay(script, optionsOf(flags));
  const valid = witness === undefined;
  save(flags, witness);
  if (flags.json === true) {
    const data = { valid, protocol: subject.name, ...scriptAsData(witness) };
    process.stdout.write(`${JSON.stringify(data)}\n`);
  } else if (witness === undefined) {
    process.stdout.write(`${counted(script.steps.length, "step")} taken; no property is broken\n`);
  } else {
    process.stdout.write(runInWords(witness));
  }
  return exitCodeOf(valid);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : "it cannot be read";
    throw new UsageError(`The script cannot be read from ${file}: ${why}.`, "E_FILE");
  }
}

function worst(verdicts: readonly Validity[]): Validity {
  if (verdicts.includes(false)) return false;
  return verdicts.includes("unknown") ? "unknown" : true;
}

function inWords(subject: Subject, mutant: string | undefined, { result, seconds }: Timed): string {
  const { valid, counterexample, refuted } = result;
  const name = named(subject, mutant);
  const head = `${chalk.bold(name)}, ${result.configuration}: `;
  return (
    head +
    verdictInWords(result) +
    seenInWords(result, seconds) +
    (counterexample === undefined || (refuted !== undefined && valid === true)
      ? ""
      : runInWords(counterexample))
  );
}

function verdictInWords({
  valid,
  whole,
  reason,
  counterexample,
  refuted,
  depth,
}: ConfigurationResult): string {
  if (valid === "unknown") return `${chalk.yellow("unknown")}: ${reason ?? "not all was seen"}\n`;
  if (refuted !== undefined) {
    return valid
      ? `${chalk.green("as it must be")}: ${refuted.property} is broken in ${counterexample?.steps.length ?? 0} steps\n`
      : `${chalk.red("not as it must be")}: ${refuted.property} should be broken here\n`;
  }
  if (!valid) return `${chalk.red("broken")}: ${counterexample?.violation.property ?? ""}\n`;
  return whole
    ? `${chalk.green("holds")} in every run\n`
    : `${chalk.green("holds")} in every run of at most ${counted(depth, "step")}\n`;
}

function seenInWords(progress: ConfigurationResult, seconds: number): string {
  const { distinct, generated, depth, frontier } = progress;
  const rate = seconds > 0.5 ? `, ${Math.round(generated / seconds).toLocaleString("en")}/s` : "";
  const open = frontier === 0 ? "" : `, ${frontier.toLocaleString("en")} left to expand`;
  return `  ${distinct.toLocaleString("en")} distinct states, ${generated.toLocaleString("en")} made, depth ${depth}${open}; ${seconds.toFixed(1)} s${rate}\n`;
}

function runInWords({ violation, steps }: Witness): string {
  const width = String(steps.length).length;
  const lines = steps.map((step, i) => `  ${String(i + 1).padStart(width)}. ${step}\n`);
  return `${lines.join("")}  ${chalk.red(violation.property)}: ${violation.explanation}\n`;
}

function asData(
  subject: Subject,
  mutant: string | undefined,
  valid: Validity,
  timed: readonly Timed[],
): object {
  return {
    valid,
    protocol: subject.name,
    ...(mutant === undefined ? {} : { mutant }),
    configurations: timed.map(({ result, seconds }) => {
      const { counterexample, ...rest } = result;
      return { ...rest, seconds: Math.round(seconds * 1000) / 1000, ...scriptAsData(counterexample) };
    }),
  };
}

function scriptAsData(witness: Witness | undefined): object {
  if (witness === undefined) return {};
  const { violation, steps, script } = witness;
  return { violation, steps: steps.length, script: steps, replay: script };
}

/** How far an exploration is, on standard error: redrawn in place on a terminal, a line now and then elsewhere. */
class ProgressLine {
  readonly #name: string;
  readonly #started = performance.now();
  #told = performance.now();

  constructor(name: string) {
    this.#name = name;
  }

  update({ distinct, generated, depth, frontier }: Progress): void {
    const now = performance.now();
    if (now - this.#told < (process.stderr.isTTY ? 200 : 5_000)) return;
    this.#told = now;
    const rate = Math.round(generated / ((now - this.#started) / 1000));
    const text = `${this.#name}: depth ${depth}, ${distinct.toLocaleString("en")} states, ${rate.toLocaleString("en")}/s, ${frontier.toLocaleString("en")} to expand`;
    process.stderr.write(process.stderr.isTTY ? `\r\u001B[2K${chalkStderr.dim(text)}` : `${text}\n`);
  }

  stop(): void {
    if (process.stderr.isTTY) process.stderr.write("\r\u001B[2K");
  }
}
