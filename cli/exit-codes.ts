import type { Validity } from "../checkers/verdict.ts";

export const exitCodes = {
  valid: 0,
  invalid: 1,
  unknown: 2,
  usage: 64,
  input: 65,
  internal: 70,
  interrupted: 130,
} as const;

export function exitCodeOf(valid: Validity): number {
  switch (valid) {
    case true:
      return exitCodes.valid;
    case false:
      return exitCodes.invalid;
    case "unknown":
      return exitCodes.unknown;
  }
}
