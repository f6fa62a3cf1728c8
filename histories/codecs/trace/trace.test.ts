import { describe, expect, test } from "vitest";
import { looksLikeConsensusLog, readConsensusLogFrom } from "../consensus-log.ts";
import { readTraceEvents, traceLines } from "./native-trace.ts";
import { looksLikeTrace, readTraceFrom } from "./read-trace.ts";
import type { TraceEvent } from "../../trace.ts";

const events: readonly TraceEvent[] = [
  { index: 0, time: 0, node: "n1", kind: "start" },
  {
    index: 1,
    time: 5,
    node: "n1",
    kind: "send",
    message: 7,
    to: "n2",
    body: { type: "hello" },
    clock: { n1: 2 },
  },
  { index: 2, time: 6, node: "n2", kind: "receive", message: 7, from: "n1", clock: { n1: 2, n2: 1 } },
  { index: 3, time: 6, node: "n2", kind: "lose", message: 7, reason: "down" },
];
const text = traceLines(events);

describe("our own traces", () => {
  test("are read as they were written", () => {
    expect(readTraceEvents(text)).toEqual(events);
    const { nodes, node, sender, line } = readTraceFrom(text);
    expect([nodes, [...node], [...sender], [...line]]).toEqual([
      ["n1", "n2"],
      [0, 0, 1, 1],
      [-1, -1, 1, -1],
      [1, 2, 3, 4],
    ]);
  });
  test.each([
    [text.replace('"index":2', '"index":5'), "t.jsonl:3: expected index 2, found 5"],
    [text.replace('"time":5', '"time":-1'), "t.jsonl:2: expected a time of at least 0, found -1"],
    [
      text.split("\n").toSpliced(1, 1).join("\n").replace('"index":2', '"index":1'),
      "t.jsonl:2: expected a message that was sent before, found 7",
    ],
    [
      text.replace('"from":"n1"', '"from":"n3"'),
      "t.jsonl:3: expected message 7 from n1 at n2, as it was sent, found from n3 at n2",
    ],
    [text.replace('"kind":"start"', '"kind":"begin"'), "one of start, crash"],
    [text.replace('"to":"n2",', ""), "t.jsonl:2: expected a string as to of send, found nothing"],
    [text.replace('"n2":1', '"n2":"x"'), "expected a vector clock"],
    [`${text}{`, "t.jsonl:5: expected an event of a trace as a JSON object, found {"],
  ])("that break their laws are errors with the line (%#)", (broken, message) => {
    expect(() => readTraceFrom(broken, { file: "t.jsonl" })).toThrow(message);
  });
});

describe("logs of ShiViz and GoVector", () => {
  const log =
    'a {"a":1}\nInitialization Complete\n\nb {"b":1, "a":0}\nready\r\nb {"a":1,"b":2}\ngot it {well}\n';
  test("have a line with host and clock, and one about the event", () => {
    const trace = readTraceFrom(log);
    expect(trace.nodes).toEqual(["a", "b"]);
    expect(trace.text).toEqual(["Initialization Complete", "ready", "got it {well}"]);
    expect([...trace.line]).toEqual([1, 4, 6]);
    expect([...trace.clocks.count]).toEqual([1, 1, 1, 2]);
    expect(trace.tellsMessages).toBe(false);
  });
  test("may look as an expression says", () => {
    const own = '[12:00] got it\n  at a with {"a":1}\n';
    const expression = String.raw`\[\S+\] (?<event>.*)\n\s+at (?<host>\S+) with (?<clock>\{.*\})`;
    expect(readTraceFrom(own, { expression }).text).toEqual(["got it"]);
    expect(() => readTraceFrom(own, { expression: "(?<host>.)" })).toThrow("needs a group (?<clock>…)");
    expect(() => readTraceFrom(own, { expression: "(" })).toThrow("is not a regular expression");
  });
  test.each([
    [`${log}\n\nwhat is this\n`, "t.log:10: expected an event as"],
    [
      'a {"a":-1}\nx\n',
      "t.log:1: expected a whole number from 0 to 9007199254740991 as the count of a, found -1",
    ],
    ['a {"a":1}\nx\na {a}\nx\n', "t.log:3: expected a vector clock as JSON"],
    ["nothing of the kind\n", "t.log:1: expected an event as"],
    ["", "expected a trace of events, found none"],
  ])("that do not fit are errors with the line (%#)", (broken, message) => {
    expect(() => readTraceFrom(broken, { file: "t.log" })).toThrow(message);
  });
});

describe("JSON traces of others", () => {
  test("by any of the common names", () => {
    const trace = readTraceFrom(
      [
        '{"host":"a","vc":{"a":1},"type":"send","id":"m1","event":"hello"}',
        '{"process":7,"clock":3,"kind":"recv","msg":"m1"}',
        '{"node":"a","lamport":5,"past":[["a",1],["a",2]]}',
        '{"node":"a","clock":{"a":3},"kind":"broadcast","message":{"x":1}}',
        '{"node":"b","clock":{"a":3},"kind":"deliver","message":{"x":1}}',
      ].join("\n"),
    );
    expect(trace.nodes).toEqual(["a", "7", "b"]);
    expect([...trace.sender]).toEqual([-1, 0, -1, -1, -1]);
    expect([...trace.lamport]).toEqual([NaN, 3, 5, NaN, NaN]);
    expect([...trace.delivers]).toEqual([-1, -1, -1, -1, 0]);
    expect(trace.text[0]).toBe("hello");
    expect(trace.pasts?.get(2)).toEqual([
      [0, 1],
      [0, 2],
    ]);
  });

  test("kinds in capitals are the same", () => {
    const trace = readTraceFrom(
      '{"node":"a","kind":"SEND","message":1}\n{"node":"b","kind":"Receive","message":1}',
    );
    expect([...trace.sender]).toEqual([-1, 0]);
  });

  test("integers of 64 bits are told apart", () => {
    const trace = readTraceFrom(
      [
        '{"node":"a","lamport":9007199254740993,"kind":"send","message":9007199254740993}',
        '{"node":"a","lamport":9007199254740994,"kind":"send","message":9007199254740992}',
        '{"node":"b","lamport":9007199254740992,"kind":"receive","message":9007199254740992}',
        '{"node":"b"}',
      ].join("\n"),
    );
    expect([...trace.sender]).toEqual([-1, -1, 1, -1]);
    expect([...trace.lamport]).toEqual([1, 2, 0, NaN]);
    expect(trace.lamportValues?.map(String)).toEqual([
      "9007199254740992",
      "9007199254740993",
      "9007199254740994",
    ]);
  });
  test.each([
    ['{"clock":{}}', "t:1: expected the name of a node as node, host or process, found nothing"],
    ['{"node":"a","kind":"send"}', "t:1: expected the message that this event sends"],
    [
      '{"node":"a","clock":"1"}',
      'expected a vector clock {node: count, …}, or a number as Lamport clock, found "1"',
    ],
    ['{"node":"a","kind":"receive","message":1}', "t:1: expected a message that some event sends, found 1"],
    [
      '{"node":"a","kind":"send","message":1}\n{"node":"a","kind":"send","message":1}',
      "t:2: expected a message that no other event sends",
    ],
    ['{"node":"a","kind":"deliver","message":1}', "expected a message that some event broadcasts"],
  ])("that do not fit are errors with the line (%#)", (broken, message) => {
    expect(() => readTraceFrom(broken, { file: "t" })).toThrow(message);
  });
});

describe("logs of consensus", () => {
  test("tell digests of 64 bits apart", () => {
    const digests = ["9007199254740992", "9007199254740993"];
    const log = digests
      .map(
        (digest) => `{"node":"a","slot":0,"ballot":0,"digest":${digest},"committed":true,"time":${digest}}`,
      )
      .join("\n");
    expect(readConsensusLogFrom(log).lines).toMatchObject(digests.map((digest) => ({ digest })));
  });

  test("have entries and leaders", () => {
    const log =
      '{"node":"a","leads":3,"time":1}\n\n{"node":1,"slot":0,"ballot":3,"digest":7,"committed":false}\n{"node":"a","leads":null}';
    expect(readConsensusLogFrom(log).lines).toEqual([
      { line: 1, node: "a", time: 1, kind: "leads", ballot: 3 },
      { line: 3, node: "1", kind: "entry", slot: 0, ballot: 3, digest: "7", committed: false },
      { line: 4, node: "a", kind: "leads", ballot: null },
    ]);
  });
  test.each([
    ["{", "l:1: expected a line"],
    ['{"node":"a"}', "l:1: expected a whole number from 0 to 9007199254740991 as slot, found nothing"],
    [
      '{"node":"a","slot":0,"ballot":1.5}',
      "expected a whole number up to 9007199254740991 as ballot, found 1.5",
    ],
    ['{"node":"a","slot":0,"ballot":1,"digest":null}', "expected a text or a number as digest, found null"],
    ['{"node":"a","slot":0,"ballot":1,"digest":"x"}', "expected true or false as committed, found nothing"],
    ['{"node":"a","slot":0,"leads":1}', "expected either slot or leads on one line"],
    [
      '{"node":"a","node":"b","leads":1}',
      'l:1: expected every name once in an object, found "node" a second',
    ],
    ["", "expected a log of consensus, found no lines"],
  ])("that do not fit are errors with the line (%#)", (broken, message) => {
    expect(() => readConsensusLogFrom(broken, "l")).toThrow(message);
  });
});

test("what a log is shows in its first line; a history is none", () => {
  expect(looksLikeTrace(text)).toBe(true);
  expect(looksLikeTrace('a {"a":1}\nx')).toBe(true);
  expect(looksLikeTrace('{"node":"a","clock":{"a":1}}')).toBe(true);
  expect(looksLikeConsensusLog('{"node":"a","slot":0,"ballot":1,"digest":"x","committed":true}')).toBe(true);
  const histories = [
    '{"rashomon":"history","version":1}',
    '{"index":0,"type":"invoke","process":0,"f":"read","value":null,"time":1}',
    "{:type :invoke, :f :read, :process 0}",
    "w(1,2,3,4)",
    '[{"tid":1}]',
  ];
  for (const history of histories) {
    expect(looksLikeTrace(history)).toBe(false);
    expect(looksLikeConsensusLog(history)).toBe(false);
  }
});
