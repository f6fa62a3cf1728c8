import { Option } from "commander";

import { historyFormats, writableFormats } from "../histories/index.ts";

/** An option whose value is a format that histories are read in. */
export function formatOption(flags: string, description: string): Option {
  return new Option(flags, description).choices([...historyFormats]);
}

/** An option whose value is a format that histories are written in. */
export function writableFormatOption(flags: string, description: string): Option {
  return new Option(flags, description).choices([...writableFormats]);
}
