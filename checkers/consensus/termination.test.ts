import { expect, test } from "vitest";
import { history } from "../../histories/testing/notation.ts";
import { checkTermination } from "./termination.ts";

const phase = { from: 10e9, until: 20e9, bound: 2e9 };
const judge = (text: string): ReturnType<typeof checkTermination> => checkTermination(history(text), phase);

test("what is asked in the stable part is answered within the bound, even by a refusal", () => {
  const { valid, statistics } = judge(
    "0 invoke write 1 @1\n1 invoke read @10000000000\n1 fail read @12000000000\n2 invoke read @13000000000\n2 ok read @13500000000",
  );
  expect([valid, statistics["judged"], statistics["slowest-milliseconds"]]).toEqual([true, 2, 2000]);
});

test("an answer that comes late, never, or leaves the outcome open", () => {
  const begin = "0 invoke write 1 @11000000000\n";
  expect(judge(`${begin}0 ok write 1 @14000000000`).anomalies[0]?.explanation).toBe(
    "Operation 0 (process 0), write of 1, began at 11 s and was answered after 3 s; the world was kind from 10 s on, and 2 s were to be enough.",
  );
  expect(judge(begin).anomalies[0]?.explanation).toContain("never got an answer");
  expect(judge(`${begin}0 info write 1 @11000000001`).valid).toBe(false);
});

test("what began before, or too late to tell, is not judged", () => {
  expect(judge("0 invoke write 1 @9000000000\n1 invoke read @19000000000").valid).toBe("unknown");
});
