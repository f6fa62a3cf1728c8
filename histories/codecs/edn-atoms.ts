import type { Json, JsonObject } from "../json.ts";
import {
  decimalText,
  integerText,
  isNumberText,
  isOneCharacter,
  isSymbolName,
  lowestTerms,
} from "./edn-mapping.ts";

/** The value of a token: nil, a boolean, a number or a symbol; `undefined` when it is none. */
export function atomOf(token: string): Json | undefined {
  switch (token) {
    case "nil":
      return null;
    case "true":
      return true;
    case "false":
      return false;
    default:
      return /^[-+]?\d/.test(token)
        ? numberOf(token)
        : isSymbolName(token)
          ? { "#symbol": token }
          : undefined;
  }
}

function numberOf(token: string): Json | undefined {
  const text = token.startsWith("+") ? token.slice(1) : token;
  // EDN allows a sign on zero.
  const integer = text === "-0" ? "0" : text;
  if (integerText.test(integer)) {
    return isNumberText(integer) ? Number(integer) : { "#int": integer };
  }
  // Clojure prints the addresses of objects so: #object[java.lang.Object 0x1f "…"].
  const hexadecimal = /^(-?)(0[xX][0-9a-fA-F]+)$/.exec(text);
  if (hexadecimal !== null) {
    const magnitude = BigInt(hexadecimal[2] ?? "0");
    return numberOf(String(hexadecimal[1] === "-" ? -magnitude : magnitude));
  }
  const body = text.slice(0, -1);
  if (text.endsWith("N")) {
    const big = body === "-0" ? "0" : body;
    return integerText.test(big) ? { "#bigint": big } : undefined;
  }
  if (text.endsWith("M")) return decimalText.test(body) ? { "#decimal": body } : undefined;
  if (text.includes("/")) return ratioOf(text);
  if (!decimalText.test(text)) return undefined;
  const number = Number(text);
  if (Object.is(number, -0)) return { "#double": "-0" };
  if (!Number.isFinite(number)) return { "#double": number > 0 ? "Inf" : "-Inf" };
  return integerText.test(String(number)) ? { "#double": String(number) } : number;
}

function ratioOf(text: string): JsonObject | undefined {
  const parts = /^(-?\d+)\/(\d+)$/.exec(text);
  if (parts === null || BigInt(parts[2] ?? "0") === 0n) return undefined;
  const reduced = lowestTerms(text);
  // 4/2 is the big integer 2.
  if (reduced === undefined) return { "#bigint": String(BigInt(parts[1] ?? "0") / BigInt(parts[2] ?? "1")) };
  return { "#ratio": reduced };
}

const namedCharacters = new Map([
  ["newline", "\n"],
  ["return", "\r"],
  ["space", " "],
  ["tab", "\t"],
  ["formfeed", "\f"],
  ["backspace", "\b"],
]);

/** The character that is named after a backslash. */
export function characterOf(name: string): string | undefined {
  if (isOneCharacter(name)) return name;
  const code = /^u([0-9a-fA-F]{4})$/.exec(name)?.[1];
  if (code !== undefined) return String.fromCharCode(parseInt(code, 16));
  const octal = /^o([0-3]?[0-7]{1,2})$/.exec(name)?.[1];
  if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
  return namedCharacters.get(name);
}

const escapes = new Map([
  ["t", "\t"],
  ["n", "\n"],
  ["r", "\r"],
  ["b", "\b"],
  ["f", "\f"],
]);

/** The character of an escape in a string: hexadecimal, octal or a letter. */
export function escapedCharacter([, hexadecimal, octal, letter = ""]: RegExpExecArray): string {
  if (hexadecimal !== undefined) return String.fromCharCode(parseInt(hexadecimal, 16));
  if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
  return escapes.get(letter) ?? letter;
}
