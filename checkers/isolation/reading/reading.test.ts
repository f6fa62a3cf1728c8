import { describe, expect, it } from "vitest";
import type { Reading } from "../reading.ts";
import { transactions } from "../testing/notation.ts";
import { transactionsOf } from "../transactions/transactions-of.ts";
import { readingOf } from "./reading-of.ts";

function read(text: string): Reading {
  return readingOf(transactionsOf(transactions(text)));
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
    ["two reads that differ", ["internal"], "0: ax1\n1: rx[] rx[1]"],
    ["two updates of one version", ["lost-update"], "0: rx_ wx1\n1: rx_ wx2"],
    [
      "appends with another's in between",
      ["cyclic-versions", "incompatible-order"],
      "0: ax1 ax3\n1: ax2\n2: rx[1,2,3]",
    ],
  ])("%s", (_, expected, text) => expect(findings(text)).toEqual(expected));
});
