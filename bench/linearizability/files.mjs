/** Generated histories as files: in our own format, and as the plain table that Porcupine is given. */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { generateCalls, sortedBy } from "./clients.mjs";
import { objects } from "./objects.mjs";

/** Changes with the generator, so that no old file is taken for a new one. */
const Generation = 2;

/**
 * The files of a history, written to the folder if they are not there yet. Only the registers have a table:
 * key, process, function (0 read, 1 write, 2 cas), a, b, place of the call and of the return among the events
 * (−1: unknown outcome); failed operations and unknown reads are left out.
 */
export function historyFiles(folder, options) {
  const { values, keys, clients, unknown, violation, operations, seed = 1 } = options;
  const name = [
    `g${Generation}`,
    values,
    `${keys}-keys`,
    `${clients}-clients`,
    `${unknown}-unknown`,
    violation === "lie" ? "lie" : violation ? "violation" : "valid",
    operations,
    seed,
  ].join("_");
  const history = join(folder, `${name}.jsonl`);
  const table = objects[values].model.endsWith("register") ? join(folder, `${name}.tsv`) : undefined;
  if (existsSync(history) && (table === undefined || existsSync(table))) return { history, table };
  mkdirSync(folder, { recursive: true });
  const calls = generateCalls(options);
  const events = eventsOf(calls);
  if (table !== undefined) writeTable(table, calls, events);
  writeHistory(history, calls, events, options);
  return { history, table };
}

/** Calls and returns in order of time, the call first at equal times: 2·i for the call of i, 2·i + 1 for its return. */
function eventsOf(calls) {
  const ends = sortedBy(calls.end);
  const events = new Uint32Array(2 * calls.length);
  for (let i = 0, j = 0, at = 0; at < events.length; at++) {
    const begins = i < calls.length && calls.begin[i] <= calls.end[ends[j]];
    events[at] = begins ? 2 * i++ : 2 * ends[j++] + 1;
  }
  return events;
}

function writeHistory(file, calls, events, { values, keys, seed = 1 }) {
  const object = objects[values];
  write(file, (line) => {
    line(JSON.stringify({ rashomon: "history", format: 1, workload: values, seed: String(seed) }));
    events.forEach((event, index) => {
      const i = event >> 1;
      const f = calls.f[i];
      const called = (event & 1) === 0;
      const returned = !called && !calls.unknown[i] && !calls.failed[i];
      const type = called ? "invoke" : calls.unknown[i] ? "info" : calls.failed[i] ? "fail" : "ok";
      const time = Math.round((called ? calls.begin[i] : calls.end[i]) * 1e6);
      const known = returned || asks(values, f);
      const value = JSON.stringify(known ? object.value(f, calls.a[i], calls.b[i], returned) : null);
      const key = keys === 1 ? "" : `"key":${calls.key[i]},`;
      line(
        `{"index":${index},"time":${time},"process":${calls.process[i]},"type":"${type}","f":"${object.functions[f]}",${key}"value":${value}}`,
      );
    });
  });
}

/** Whether a function's first column is its argument rather than its result. */
function asks(values, f) {
  return values === "distinct" || values === "five" ? f !== 0 : values === "set" || f === 0;
}

function writeTable(file, calls, events) {
  const place = new Int32Array(events.length);
  events.forEach((event, at) => (place[event] = at));
  write(file, (line) => {
    for (let i = 0; i < calls.length; i++) {
      if (calls.failed[i] || (calls.unknown[i] && calls.f[i] === 0)) continue;
      const returned = calls.unknown[i] ? -1 : place[2 * i + 1];
      line(
        [calls.key[i], calls.process[i], calls.f[i], calls.a[i], calls.b[i], place[2 * i], returned].join(
          "\t",
        ),
      );
    }
  });
}

/** Writes lines to a file that is there whole or not at all. */
function write(file, produce) {
  const output = openSync(`${file}.part`, "w");
  let text = "";
  produce((line) => {
    text += `${line}\n`;
    if (text.length < 1 << 20) return;
    writeSync(output, text);
    text = "";
  });
  writeSync(output, text);
  closeSync(output);
  renameSync(`${file}.part`, file);
}
