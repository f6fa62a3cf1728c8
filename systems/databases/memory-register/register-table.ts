import { canonical, type Json } from "../../../histories/json.ts";

/** The registers of the server, and the answers to its clients' lines. */
export class RegisterTable {
  /** Canonical text of the key → canonical text of the value. */
  readonly #values = new Map<string, string>();

  answer(line: string): string {
    const [verb = "", ...texts] = line.split("\t");
    const arity = arities[verb];
    if (arity === undefined || texts.length !== arity)
      return "WHAT\texpected GET, SET or CAS with its fields";
    const fields: string[] = [];
    for (const text of texts) {
      const field = canonicalText(text);
      if (field === undefined) return `WHAT\texpected JSON, found ${text}`;
      fields.push(field);
    }
    const [key = "", first = "", second = ""] = fields;
    const current = this.#values.get(key);
    switch (verb) {
      case "GET":
        return current === undefined ? "NONE" : `VALUE\t${current}`;
      case "SET":
        this.#values.set(key, first);
        return "DONE";
      default:
        if (current === undefined) return "NONE";
        if (current !== first) return `NO\t${current}`;
        this.#values.set(key, second);
        return "DONE";
    }
  }
}

/** How many fields follow each verb. */
const arities: Readonly<Record<string, number>> = { GET: 1, SET: 2, CAS: 3 };

function canonicalText(text: string): string | undefined {
  try {
    // JSON.parse gives nothing but JSON.
    return canonical(JSON.parse(text) as Json);
  } catch {
    return undefined;
  }
}
