import { InvalidArgumentError } from "commander";

/** A whole number from `minimum` on, for commander. */
export function integer(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < minimum) {
      throw new InvalidArgumentError(`Expected a whole number from ${minimum} on.`);
    }
    return value;
  };
}

/** A positive number, for commander. */
export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError("Expected a number above 0.");
  }
  return value;
}

/** Any number, for commander. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("Expected a number.");
  return value;
}

const units: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** A number of bytes with an optional unit, such as 512MiB, for commander. */
export function bytes(text: string): number {
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(text) ?? [];
  const size = Object.hasOwn(units, unit) ? units[unit] : undefined;
  const value = Math.floor(Number(digits) * (size ?? 0));
  if (digits === "" || size === undefined || value < 1 || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError("Expected a number of bytes, such as 500000, 512MiB or 2GB.");
  }
  return value;
}

/** `name=value`, gathered where it is repeated, for commander. */
export function settings(
  text: string,
  before: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const [, name = "", value = ""] = /^([\w-]+)=(.+)$/.exec(text) ?? [];
  if (name === "") throw new InvalidArgumentError("Expected name=value.");
  return { ...before, [name]: value };
}

/** Names separated by commas, for commander. */
export function names(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** One value of an option that may be repeated, for commander. */
export function gathered(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}
