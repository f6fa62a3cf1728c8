import { describe, expect, it } from "vitest";
import { inWords } from "../../../histories/json.ts";
import type { Reading } from "../reading.ts";
import { transactionHistory } from "../testing/notation.ts";
import { transactionsOf } from "../transactions/transactions-of.ts";
import { readingOf } from "./reading-of.ts";

function read(text: string): Reading {
  return readingOf(transactionsOf(transactionHistory(text)));
}

function findings(text: string): string[] {
  return [...new Set(read(text).findings.map(({ type }) => type))].toSorted();
}

describe("findings", () => {
  it.each<[string, string[], string]>([
    ["nothing", [], "0: ax1 rx[1]\n1: rx[1] ax2\n1: rx[1,2]"],
    ["an element read twice that was appended once", ["duplicate-elements"], "0: ax1\n1: rx[1,1]"],
    ["an element that nobody appended", ["never-written"], "0: ax1\n1: rx[1,2]"],
    ["a value that nobody wrote", ["never-written"], "0: wx1\n1: rx2"],
    ["an element of an aborted transaction", ["G1a"], "0: ax1 | fail\n1: rx[1]"],
    ["a value of an aborted transaction", ["G1a"], "0: wx1 | fail\n1: rx1"],
    ["an intermediate list", ["G1b"], "0: ax1 ax2\n1: rx[1]"],
    ["an intermediate value", ["G1b"], "0: wx1 wx2\n1: rx1"],
    ["an append on one that was aborted", ["G1a", "dirty-update"], "0: ax1 | fail\n1: ax2\n2: rx[1,2]"],
    ["lists that do not agree", ["incompatible-order"], "0: ax1\n1: ax2\n2: rx[1,2]\n3: rx[2]"],
    ["an own append read before it is made", ["future-read"], "0: rx[1] ax1"],
    ["an own write read before it is made", ["future-read"], "0: rx1 wx1"],
    ["an own append that is not there", ["internal"], "0: ax1 rx[]"],
    ["an own write that is not there", ["internal"], "0: wx1\n1: wx2 rx1"],
    ["an own write that it overwrote, as another did", ["internal"], "0: wx1 wx3\n1: wx1 wx2 rx1"],
    ["two reads that differ", ["internal"], "0: ax1\n1: rx[] rx[1]"],
    ["two updates of one version", ["lost-update"], "0: rx_ wx1\n1: rx_ wx2"],
    [
      "appends with another's in between",
      ["cyclic-versions", "incompatible-order"],
      "0: ax1 ax3\n1: ax2\n2: rx[1,2,3]",
    ],
    [
      "two updates of a version that one read again",
      ["internal", "lost-update"],
      "0: wx1\n1: rx_ rx1 wx2\n2: rx_ wx3",
    ],
    [
      "an append that nobody read, after another's",
      ["cyclic-versions", "incompatible-order"],
      "0: ax1 ax3\n1: ax2\n2: rx[1,2]",
    ],
    ["an element read thrice that was appended twice", ["duplicate-elements"], "0: ax1 ax1\n1: rx[1,1,1]"],
    ["an element read twice that was appended twice", [], "0: ax1 ax1\n1: rx[1,1]"],
    [
      "own appends in another order",
      ["G1b", "cyclic-versions", "incompatible-order"],
      "0: ax1 ax2\n1: rx[2,1]\n1: rx[2,1]",
    ],
    ["versions that rise", [], "0: wx1@1\n1: rx1@1 wx2@2\n2: rx2@2"],
    [
      "a list that stands between equal elements of one transaction",
      ["cyclic-versions", "incompatible-order"],
      "0: ax1 ax1\n1: ax2\n2: rx[1,2]",
    ],
    ["one version of two writes", ["cyclic-versions"], "0: wx1@1\n1: wx2@1"],
    ["a value in another version than it was written in", ["cyclic-versions"], "0: wx1@1\n1: rx1@2"],
    ["a value in two versions", ["cyclic-versions"], "0: wx1\n1: rx1@1\n2: rx1@2"],
    ["an initial value after another", ["cyclic-versions"], "0: wx1@1\n1: rx_@2"],
    ["writes of one transaction in falling versions", ["cyclic-versions"], "0: wx1@2 wx2@1"],
  ])("%s", (_, expected, text) => expect(findings(text)).toEqual(expected));
});

/** The writers of x in their order as far as that is known, by the values or elements that they wrote last; then the others. */
function orderOfX(text: string): string {
  const { transactions, writerFirst, writer, ordered, writeFirst, writeKey, writeOperation } = read(text);
  const x = transactions.keys.findIndex((key) => transactions.history.valueTable.get(key) === "x");
  const names = Array.from(writer.subarray(writerFirst[x], writerFirst[x + 1]), (node) => {
    if (node === 0) return "initial";
    for (let entry = writeFirst[node]!; entry < writeFirst[node + 1]!; entry++)
      if (writeKey[entry] === x)
        return JSON.stringify(
          transactions.history.valueTable.get(transactions.value[writeOperation[entry]!]!),
        );
    return "?";
  });
  const known = names.slice(0, ordered[x]).join(" < ");
  return [known, ...names.slice(ordered[x])].join(", ");
}

describe("the order of versions", () => {
  it.each<[string, string, string]>([
    ["is that of the longest list", "initial < 1 < 2", "0: ax2\n1: ax1\n2: rx[1,2]"],
    ["goes on with what nobody read", "initial < 1, 2, 3", "0: ax1\n0: ax2\n1: ax3\n2: rx[1]"],
    ["ends with the only one that nobody read", "initial < 1 < 2", "0: ax1\n0: ax2\n2: rx[1]"],
    ["has a transaction where its last append stands", "initial < 3 < 2", "0: ax1 ax2\n1: ax3\n2: rx[3,1,2]"],
    ["leaves aborted ones out", "initial < 2", "0: ax1 | fail\n1: ax2\n2: rx[1,2]"],
    ["has those of unknown outcome that were read", "initial < 1 < 2", "0: ax1 | info\n1: ax2\n2: rx[1,2]"],
    [
      "leaves out those of unknown outcome that nobody read",
      "initial < 2",
      "0: ax1 | info\n1: ax2\n2: rx[2]",
    ],
    ["is not known of registers", "initial, 1, 2", "0: wx1\n0: wx2\n1: rx2"],
    ["is that of versions where the system told them", "initial < 2 < 1", "0: wx1@9\n0: wx2@4"],
    ["is that of versions which only readers told", "initial < 2 < 1", "0: wx1\n0: wx2\n1: rx1@9\n1: rx2@4"],
  ])("%s", (_, expected, text) => expect(orderOfX(text)).toBe(expected));
});

/** Reads of each transaction as `reader key<writer`, transactions by their numbers. */
function edges(text: string): string[] {
  const { transactions, transaction, readFirst, readKey, readFrom, candidates, nodes } = read(text);
  const name = (node: number): string => (node === 0 ? "initial" : `T${transaction[node]!}`);
  const found: string[] = [];
  for (let node = 1; node < nodes; node++)
    for (let entry = readFirst[node]!; entry < readFirst[node + 1]!; entry++) {
      const key = inWords(transactions.history.valueTable.get(transactions.keys[readKey[entry]!]!)).slice(
        1,
        -1,
      );
      const from = readFrom[entry]! >= 0 ? [readFrom[entry]!] : (candidates.get(entry) ?? []);
      found.push(`${name(node)} ${key} < ${from.map(name).join("|")}`);
    }
  return found;
}

describe("whom a read is of", () => {
  it.each<[string, string[], string]>([
    ["whoever wrote the value", ["T1 x < T0"], "0: wx1\n1: rx1"],
    ["the initial transaction, if null", ["T1 x < initial"], "0: wx1\n1: rx_"],
    [
      "the initial transaction, if the list is empty",
      ["T1 x < initial", "T2 x < initial"],
      "0: ax1\n1: rx[]\n1: rx_",
    ],
    ["whoever appended the last element", ["T2 x < T1"], "0: ax1\n1: ax2\n2: rx[1,2]"],
    ["several, if they wrote the same", ["T2 x < T0|T1"], "0: wx1\n1: wx1\n2: rx1"],
    ["the initial transaction too, if null was written", ["T1 x < initial|T0"], "0: wx_\n1: rx_"],
    ["not one that overwrote it itself", ["T2 x < T1"], "0: wx1 wx2\n1: wx1\n2: rx1"],
    ["not an aborted one", ["T2 x < T1"], "0: wx1 | fail\n1: wx1\n2: rx1"],
    ["the one whose version it is", ["T2 x < T1"], "0: wx1@1\n1: wx1@2\n2: rx1@2"],
    ["nobody, if the transaction wrote it itself", [], "0: wx1 rx1"],
    ["nobody, if the transaction appended before", [], "0: ax1\n1: ax2 rx[1,2]"],
    ["an intermediate writer", ["T1 x < T0"], "0: ax1 ax2\n1: rx[1]"],
    ["one of unknown outcome", ["T1 x < T0"], "0: wx1 | info\n1: rx1"],
    ["nobody, if it never completed", [], "0: wx1\n1: rx1 | open"],
  ])("%s", (_, expected, text) => expect(edges(text)).toEqual(expected));
});
