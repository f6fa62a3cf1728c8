import { inWords, type Json } from "../histories/json.ts";

/** Words and numbers as people read them; shared by the page and the terminal. Pure. */

/**
 * Text with every character shown that a display would obey instead of showing: control characters,
 * line separators, and the marks that reorder text. A system under test chooses much of what we print.
 */
export function printable(text: string): string {
  return text.replace(
    // oxlint-disable-next-line no-control-regex, no-misleading-character-class
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Text of at most `limit` characters; says how much was cut. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  // A cut must not part a surrogate pair.
  const end = /[\ud800-\udbff]/.test(text.charAt(limit - 1)) ? limit - 1 : limit;
  return `${text.slice(0, end)}… (${count(text.length)} characters)`;
}

/** A JSON value on one line, printable, of at most `limit` characters and a note. */
export function valueText(value: Json, limit = 2000): string {
  return cut(printable(inWords(value)), limit);
}

/** A whole number with thousands separated: 1,234,567. */
export function count(number: number): string {
  return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "1 operation", "2 operations". */
export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${count(number)} ${Math.round(number) === 1 ? noun : plural}`;
}

/** A share of 0 to 1 in per cent; small shares keep a digit and none becomes 0 that is not. */
export function percent(share: number): string {
  const hundred = share * 100;
  if (hundred === 0 || hundred === 100) return `${hundred} %`;
  if (hundred < 0.1) return "< 0.1 %";
  if (hundred > 99.9) return "> 99.9 %";
  return `${hundred < 10 || hundred > 90 ? hundred.toFixed(1) : hundred.toFixed(0)} %`;
}

/** A length of time in the unit that reads best, to three digits: 850 ns, 12.3 ms, 4.56 s, 2 min 5 s. */
export function duration(nanoseconds: number): string {
  if (nanoseconds < 0) return `−${duration(-nanoseconds)}`;
  if (nanoseconds < 999.5) return `${Math.round(nanoseconds)} ns`;
  if (nanoseconds < 999.5e3) return `${digits(nanoseconds / 1e3)} µs`;
  if (nanoseconds < 999.5e6) return `${digits(nanoseconds / 1e6)} ms`;
  if (nanoseconds < 60e9) return `${digits(nanoseconds / 1e9)} s`;
  const seconds = Math.round(nanoseconds / 1e9);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

function digits(number: number): string {
  const places = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;
  return places === 0 ? String(Math.round(number)) : number.toFixed(places).replace(/\.?0+$/, "");
}
