import { closeSync, openSync, writeSync } from "node:fs";
import { sfc32 } from "../random.mjs";

/**
 * Writes a history of transactions that a serial store executed, each at its completion: so it is strictly serializable. `workload` is
 * `append` or `register`; keys are drawn from a pool of `keys` live ones, the newest most often, and a key is retired after
 * `writesPerKey` writes; a transaction has 1 to `length` operations; `processes` are in flight at once.
 */
export function generate(
  file,
  {
    workload = "append",
    transactions,
    processes = 20,
    keys = 10,
    writesPerKey = 32,
    length = 4,
    uniform = false,
    failures = 0.02,
    unknown = 0.005,
    seed = 1,
  },
) {
  const random = sfc32(seed);
  const below = (n) => Math.floor(random() * n);
  const output = openSync(file, "w");
  let text = `{"rashomon":"history","format":1,"name":"isolation","workload":"${workload}","seed":"${seed}"}\n`;
  const live = Array.from({ length: keys }, (_, key) => ({
    key,
    written: 0,
    value: workload === "append" ? [] : null,
  }));
  let nextKey = keys;
  const pick = () => {
    if (uniform) return below(keys);
    // Half of the draws take the newest key, a quarter the next, and so on.
    let i = 0;
    while (i < keys - 1 && random() < 0.5) i++;
    return keys - 1 - i;
  };
  const open = new Map();
  const names = Array.from({ length: processes }, (_, i) => i);
  let invoked = 0;
  let completed = 0;
  let time = 0;
  let index = 0;
  const put = (process, type, value) => {
    time += 100 + below(1000);
    text += `{"index":${index++},"time":${time},"process":${process},"type":"${type}","f":"txn","value":${JSON.stringify(value)}}\n`;
    if (text.length > 1 << 20) {
      writeSync(output, text);
      text = "";
    }
  };
  while (completed < transactions) {
    const slot = below(processes);
    const process = names[slot];
    const begun = open.get(process);
    if (begun === undefined) {
      if (invoked === transactions) continue;
      invoked++;
      const operations = [];
      for (let i = 1 + below(length); i > 0; i--) {
        const place = pick();
        const entry = live[place];
        if (below(2) === 0) operations.push({ name: "r", entry });
        else {
          operations.push({ name: workload === "append" ? "append" : "w", entry, value: ++entry.written });
          if (entry.written === writesPerKey) {
            live.splice(place, 1);
            live.push({ key: nextKey++, written: 0, value: workload === "append" ? [] : null });
          }
        }
      }
      open.set(process, operations);
      put(
        process,
        "invoke",
        operations.map(({ name, entry, value }) => [name, entry.key, value ?? null]),
      );
      continue;
    }
    open.delete(process);
    completed++;
    const chance = random();
    const outcome = chance < failures ? "fail" : chance < failures + unknown ? "info" : "ok";
    if (outcome === "fail") {
      put(
        process,
        "fail",
        begun.map(({ name, entry, value }) => [name, entry.key, value ?? null]),
      );
      continue;
    }
    const results = begun.map(({ name, entry, value }) => {
      if (name === "r") return [name, entry.key, Array.isArray(entry.value) ? [...entry.value] : entry.value];
      if (name === "append") entry.value.push(value);
      else entry.value = value;
      return [name, entry.key, value];
    });
    if (outcome === "ok") put(process, "ok", results);
    else {
      put(
        process,
        "info",
        begun.map(({ name, entry, value }) => [name, entry.key, value ?? null]),
      );
      names[slot] += processes;
    }
  }
  writeSync(output, text);
  closeSync(output);
}
