import { Command } from "commander";

import {
  convertHistory,
  historyFormats,
  writableFormats,
  type HistoryFormat,
  type WritableFormat,
} from "../../histories/index.ts";
import { formatOption, writableFormatOption } from "../format-option.ts";

interface ConvertOptions {
  readonly format?: HistoryFormat;
  readonly to?: WritableFormat;
}

export function convertCommand(): Command {
  return new Command("convert")
    .summary("convert a history to another format")
    .description(
      `Converts a history to another format. Read are ${historyFormats.join(", ")}: the format of the input is found by its content. Written are ${writableFormats.join(", ")}: that of the output is found by its name (.jsonl native, .edn, .json), unless --to says it.`,
    )
    .argument("<from>", "history file, folder of logs (Cobra, Viper), or - for standard input")
    .argument("<to>", "file to write")
    .addOption(formatOption("--format <format>", "read the input as this format"))
    .addOption(writableFormatOption("--to <format>", "write this format"))
    .addHelpText(
      "after",
      `
Examples:
  rashomon convert history.edn history.jsonl
  rashomon convert cobra-logs/ history.jsonl
  rashomon convert store/latest/history.jsonl jepsen.edn`,
    )
    .action(async (from: string, to: string, options: ConvertOptions) => {
      const { operations, format, notes } = await convertHistory(from, to, options);
      for (const note of notes) process.stderr.write(`note: ${note}\n`);
      process.stderr.write(`${operations} operations written to ${to} (${format})\n`);
    });
}
