import { inWords } from "../../../histories/json.ts";
import type { Finding } from "../finding.ts";
import { Append, Read, ReadList, Write } from "../transactions.ts";
import { transactionOf } from "./edge-sentences.ts";
import { list } from "./headings.ts";
import type { TransactionTexts } from "./transaction-text.ts";

/** What a transaction appended between two of its operations on a key, as texts. */
function appendsBetween(before: number, after: number, { transactions }: TransactionTexts): string[] {
  const { kind, key, value, history } = transactions;
  const found: string[] = [];
  for (let i = before + 1; i < after; i++)
    if (kind[i] === Append && key[i] === key[after]) found.push(inWords(history.valueTable.get(value[i]!)));
  return found;
}

/** What a finding says, in a sentence or two. */
export function sentenceOfFinding(finding: Finding, texts: TransactionTexts): string {
  const { kind, first } = texts.transactions;
  const { type, operations, key } = finding;
  const name = (operation: number): string => texts.name(transactionOf(first, operation));
  const did = (operation: number): string => `${name(operation)} ${texts.did(operation)}`;
  const reads = operations.filter((operation) => kind[operation] === Read || kind[operation] === ReadList);
  const writes = operations.filter((operation) => kind[operation] === Write || kind[operation] === Append);
  const [read] = reads;
  const [write] = writes;
  const everything = list(finding.transactions.map((t) => texts.name(t)));
  const keyText = key < 0 ? "" : texts.keyText(key);
  switch (type) {
    case "internal": {
      const [before, after] = operations.toSorted((a, b) => a - b);
      if (before === undefined || after === undefined) break;
      const own = appendsBetween(before, after, texts);
      return `${name(after)} contradicts itself: it ${texts.did(before)} and then ${texts.did(after)} in the same transaction${own.length === 0 ? "" : `, though in between it appended only ${list(own)}`}.`;
    }
    case "future-read":
      if (read === undefined || write === undefined) break;
      return `${did(read)} before its own ${texts.deed(write)}: it read its own future.`;
    case "never-written":
      if (read === undefined) break;
      return `${did(read)}, yet nobody ever ${kind[read] === ReadList ? "appended all of that" : "wrote that"}.`;
    case "G1a":
      if (read === undefined || write === undefined) break;
      return `${did(read)}, but the ${texts.deed(write)} is ${name(write)}'s, which was rolled back (aborted read).`;
    case "G1b": {
      const last = writes.at(-1);
      if (read === undefined || write === undefined) break;
      const then =
        last === undefined || last === write
          ? "which went on to change it"
          : `which then ${texts.did(last)} in the same transaction`;
      return `${did(read)}, the half-finished ${texts.deed(write)} of ${name(write)}, ${then} (intermediate read).`;
    }
    case "dirty-update":
      if (write === undefined) break;
      return `The ${texts.deed(write)} of ${name(write)}, which was rolled back, stayed in ${keyText}, and others built on it${read === undefined ? "" : `: ${did(read)}`} (dirty update).`;
    case "duplicate-elements":
      if (read === undefined) break;
      return `${did(read)}${repeated(read, texts)} (duplicate element).`;
    case "incompatible-order": {
      const [one, other] = reads;
      if (one === undefined || other === undefined) break;
      return `${did(one)} and ${did(other)}: the two disagree about the order of the elements${firstDifference(one, other, texts)}.`;
    }
    case "cyclic-versions":
      return `The version numbers that the system gave to ${keyText} contradict one another: ${list(operations.slice(0, 6).map(did))}.`;
    case "lost-update": {
      const seen = write === undefined ? undefined : readBefore(write, texts);
      const version = seen === undefined ? "one version of it" : texts.valueText(seen);
      const changes = list(writes.slice(0, 6).map(did));
      return `${everything} each read ${keyText} = ${version} and then changed it, without the change of the other: ${changes} (lost update).`;
    }
    case "predicate-read-miss":
      return `${everything}: a predicate read left out what certainly matched.`;
    default:
      break;
  }
  return `${everything} contradict one another${keyText === "" ? "" : ` on ${keyText}`}${operations.length === 0 ? "" : `: ${list(operations.slice(0, 6).map(did))}`}.`;
}

/** The last read of the same key in the transaction, before a write. */
function readBefore(write: number, { transactions }: TransactionTexts): number | undefined {
  const { first, kind, key } = transactions;
  const begin = first[transactionOf(first, write)]!;
  for (let operation = write - 1; operation >= begin; operation--)
    if (key[operation] === key[write] && (kind[operation] === Read || kind[operation] === ReadList))
      return operation;
  return undefined;
}

function repeated(read: number, texts: TransactionTexts): string {
  const numbers = texts.listNumbers(read) ?? [];
  const twice = numbers.findIndex((number, i) => numbers.indexOf(number) < i);
  if (twice < 0) return "";
  const element = texts.list(read)?.[twice];
  const text = element === undefined ? "" : ` ${JSON.stringify(element)}`;
  return `, with${text} in it twice (places ${numbers.indexOf(numbers[twice]!) + 1} and ${twice + 1}), though it was appended once`;
}

function firstDifference(one: number, other: number, texts: TransactionTexts): string {
  const a = texts.listNumbers(one) ?? [];
  const b = texts.listNumbers(other) ?? [];
  const at = a.findIndex((number, i) => number !== b[i]);
  if (at < 0) return "";
  const told = [one, other].map((operation) => {
    const element = texts.list(operation)?.[at];
    return element === undefined ? "nothing" : inWords(element);
  });
  return `, from place ${at + 1} on: ${told.join(" there, ")} here`;
}
