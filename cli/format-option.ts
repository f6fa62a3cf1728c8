import { Option } from "commander";

import { historyFormats } from "../histories/index.ts";

/** An option whose value is a format of histories. */
export function formatOption(flags: string, description: string): Option {
  return new Option(flags, description).choices([...historyFormats]);
}
