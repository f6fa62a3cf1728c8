import { describe, expect, test } from "vitest";
import { history } from "../../histories/testing/notation.ts";
import { Alphabet } from "./alphabet.ts";
import { readCalls } from "./calls.ts";
import { casRegister } from "./models/register.ts";
import { ModelHistory } from "./partition.ts";
import { takenByOthers } from "./patterns.ts";
import { replacementOf } from "./replaced.ts";

const model = casRegister();

/** How stale the last operation to begin was, or that of a position, at least. */
function versions(text: string, position?: number): number {
  const source = new ModelHistory(history(text), model, false);
  const [partition] = source.partitions();
  if (partition === undefined) throw new Error("no operations");
  const calls = readCalls(source, partition, new Alphabet(model));
  const last = position ?? calls.length - 1;
  const [token] = takenByOthers(calls, last);
  return token === undefined ? 0 : (replacementOf(calls, last, token)?.versions ?? 0);
}

function oneByOne(...operations: readonly string[]): string {
  return operations.map((text, i) => `${i} invoke ${text}\n${i} ok ${text}`).join("\n");
}

const read = (value: number): string => `9 invoke read\n9 ok read ${value}`;

describe("how stale a read was", () => {
  test("is as many versions as came after what it saw, and not those before", () => {
    const writes = oneByOne("write 1", "write 2", "write 3", "write 4");
    expect([1, 2, 3, 4].map((value) => versions(`${writes}\n${read(value)}`))).toEqual([3, 2, 1, 0]);
  });

  test("counts no write that may have come before", () => {
    expect(
      versions(`
        0 invoke write 1
        1 invoke write 2
        0 ok write 1
        1 ok write 2
        ${read(1)}
      `),
    ).toBe(0);
  });

  test("counts no write that had not certainly happened when the read began", () => {
    const open = "0 invoke write 1\n0 ok write 1\n1 invoke write 2";
    expect(versions(`${open}\n${read(1)}`)).toBe(0);
    expect(versions(`${open}\n2 invoke read\n2 ok read 2\n${read(1)}`)).toBe(1);
  });

  test("counts nothing that was seen only later", () => {
    const text = `
      ${oneByOne("write 0", "write 1")}
      2 invoke read
      ${oneByOne("write 2")}
      3 invoke read
      3 ok read 1
      2 ok read 0
    `;
    expect(versions(text, 4)).toBe(1);
  });

  test("counts of a value written several times only what came after the last of these writes", () => {
    const writes = oneByOne("write 1", "write 2", "write 1", "write 3", "write 2");
    expect(versions(`${writes}\n${read(1)}`)).toBe(2);
    expect(versions(`${writes}\n3 invoke write 1\n${read(1)}`)).toBe(0);
  });

  test("counts compare-and-sets, of which the return says that what they saw is gone", () => {
    const chain = oneByOne("write 1", "cas [1,2]", "cas [2,3]");
    expect([1, 2, 3].map((value) => versions(`${chain}\n${read(value)}`))).toEqual([2, 1, 0]);
  });
});
