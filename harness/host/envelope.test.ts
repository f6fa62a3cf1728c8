import { describe, expect, test } from "vitest";

import { decodeEnvelope, encodeEnvelope } from "./envelope.ts";

const envelope = {
  src: "n1",
  dest: "n2",
  body: { type: "accept", ballot: 10, register: { value: "a\u2028\n" } },
};

describe("an envelope", () => {
  test("is one line, with a checksum or without, and comes back the same", () => {
    for (const checked of [true, false]) {
      const line = encodeEnvelope(envelope, checked);
      expect(line.indexOf("\n")).toBe(line.length - 1);
      expect(decodeEnvelope(line)).toEqual(envelope);
    }
    expect(encodeEnvelope(envelope, false)).not.toContain("crc");
  });

  test("made of the head of one line and the tail of another is none", () => {
    const other = { ...envelope, body: { type: "accept", ballot: 13, register: { value: "bb" } } };
    const first = encodeEnvelope(envelope, true);
    const second = encodeEnvelope(other, true);
    let joined = 0;
    for (let head = 1; head < first.length; head++) {
      for (let tail = 1; tail < second.length; tail++) {
        const decoded = decodeEnvelope(first.slice(0, head) + second.slice(tail));
        if ("malformed" in decoded) continue;
        joined++;
        expect([envelope, other]).toContainEqual(decoded);
      }
    }
    // Some cuts give one of the two lines whole; without the checksum many more would give a third message.
    expect(joined).toBeGreaterThan(0);
  });

  test.each([
    ["not JSON", "{", "expected a JSON object a line"],
    ["an array", "[]", "expected a JSON object"],
    ["no src", '{"dest":"n1","body":{"type":"x"}}', "expected src, a string"],
    ["no dest", '{"src":"c1","body":{"type":"x"}}', "expected dest, a string"],
    ["no body", '{"src":"c1","dest":"n1"}', "expected body, an object"],
    ["no type", '{"src":"c1","dest":"n1","body":{"msg_id":3}}', "expected body.type, a string"],
    [
      "an odd msg_id",
      '{"src":"c1","dest":"n1","body":{"type":"x","msg_id":"3"}}',
      "expected body.msg_id, an integer",
    ],
  ])("is not %s", (_what, line, malformed) => {
    expect(decodeEnvelope(line)).toMatchObject({ malformed });
  });
});
