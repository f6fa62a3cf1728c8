/**
 * Isolation of registers whose version orders are not known: a simulated store (serializable, of snapshot isolation, or read committed) runs overlapping
 * transactions of some sessions over keys of Zipf's distribution, and the engines judge what the clients saw. Prints CPU seconds and peak
 * memory of each decision.
 *
 *     node bench/isolation-registers.mjs [transactions=10000] [operations=8] [keys=10000] [reads=0.5] [sessions=20]
 *          [skew=0] [store=serializable|snapshot|committed] [broken=none|stale|skewed] [levels=serializable,snapshot-isolation,...]
 *          [strength=strong-session] [timed=true|false] [order=time|sessions] [seed=1]
 *
 * With `order=sessions` nothing is known of time, and sessions follow one another, as in the files of some tools.
 */
import { HistoryBuilder } from "../dist/histories/index.js";
import { saturationEngine } from "../dist/checkers/isolation/engines/saturation/saturation-engine.js";
import { solverEngine } from "../dist/checkers/isolation/engines/solver/solver-engine.js";

const options = {
  transactions: "10000",
  operations: "8",
  keys: "10000",
  reads: "0.5",
  sessions: "20",
  skew: "0",
  store: "serializable",
  broken: "none",
  levels: "serializable,snapshot-isolation",
  strength: "strong-session",
  seed: "1",
  timed: "true",
  order: "time",
  ...Object.fromEntries(process.argv.slice(2).map((argument) => argument.split("="))),
};

/** Mulberry32. */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  };
}

/** Draws keys: the i-th with a weight of 1 / (i + 1)^skew. */
function keysOf(count, skew, random) {
  if (skew === 0) return () => Math.floor(random() * count);
  const sums = new Float64Array(count);
  let sum = 0;
  for (let k = 0; k < count; k++) sums[k] = sum += (k + 1) ** -skew;
  return () => {
    const at = random() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** The reading of a simulated run. Transactions that the store aborted leave no trace. */
function simulate({
  transactions,
  operations,
  keys,
  reads,
  sessions,
  skew,
  store,
  broken,
  seed,
  timed,
  order,
}) {
  const random = randomOf(seed);
  const draw = keysOf(keys, skew, random);
  const snapshot = store === "snapshot";
  /** Versions of each key: commit and writer in turn. */
  const versions = Array.from({ length: keys }, () => [0, 0]);
  let commits = 0;
  let events = 0;
  const running = Array.from({ length: sessions }, () => undefined);
  const done = [];
  const seenAt = (key, time) => {
    const all = versions[key];
    let i = all.length - 2;
    while (all[i] > time) i -= 2;
    return all[i + 1];
  };
  let made = 0;
  while (made < transactions || running.some((one) => one !== undefined)) {
    const s = Math.floor(random() * sessions);
    const one = running[s];
    if (one === undefined) {
      if (made >= transactions) continue;
      const own = [];
      for (let o = 0; o < operations; o++) own.push({ read: random() < reads, key: draw(), from: 0 });
      running[s] = {
        session: s,
        begin: events++,
        end: 0,
        at: commits,
        operations: own,
        committed: false,
        number: ++made,
      };
    } else if (!one.committed) {
      let time = store === "serializable" ? commits : one.at;
      const written = new Set();
      let conflict = false;
      for (const operation of one.operations) {
        // Under read committed each read is of its own moment, no earlier than the one before.
        if (store === "committed") time += Math.floor(random() * (commits - time + 1));
        if (operation.read) operation.from = written.has(operation.key) ? -1 : seenAt(operation.key, time);
        else {
          written.add(operation.key);
          const all = versions[operation.key];
          conflict ||= snapshot && all[all.length - 2] > time;
        }
      }
      if (conflict) {
        // First committer wins: the session tries something else.
        running[s] = undefined;
        made--;
        continue;
      }
      commits++;
      for (const key of written) versions[key].push(commits, one);
      one.committed = true;
    } else {
      one.end = events++;
      done.push(one);
      running[s] = undefined;
    }
  }
  if (order === "sessions") {
    done.sort((a, b) => a.session - b.session || a.begin - b.begin);
    done.forEach((one, i) => (one.begin = one.end = i));
  }
  done.sort((a, b) => a.begin - b.begin);
  done.forEach((one, i) => (one.node = i + 1));
  if (broken === "stale") breakOne(done, versions, random);
  return readingOf(done, keys, sessions, timed === "true" && order === "time");
}

/** A read of a late transaction sees what its session itself had overwritten. */
function breakOne(done, versions, random) {
  const last = new Map();
  const stale = [];
  for (const one of done) {
    for (const operation of one.operations)
      if (
        operation.read &&
        operation.from !== -1 &&
        last.get(`${one.session} ${operation.key}`) !== undefined
      )
        stale.push(operation);
    for (const { read, key } of one.operations) if (!read) last.set(`${one.session} ${key}`, one);
  }
  const operation = stale[Math.floor(stale.length * (0.6 + 0.3 * random()))];
  operation.from = versions[operation.key][1];
}

function readingOf(done, keys, sessions, timed) {
  const nodes = done.length + 1;
  const bySession = Array.from({ length: sessions }, () => []);
  const column = () => new Int32Array(nodes);
  const [session, place, begin, end] = [column(), column(), column(), column()];
  const writeFirst = new Int32Array(nodes + 1);
  const readFirst = new Int32Array(nodes + 1);
  const [writeKey, writeOperation, readKey, readOperation, readFrom] = [[], [], [], [], []];
  const writers = Array.from({ length: keys }, () => [0]);
  session[0] = begin[0] = end[0] = -1;
  let operation = 0;
  for (const one of done) {
    const n = one.node;
    session[n] = one.session;
    place[n] = bySession[one.session].push(n) - 1;
    begin[n] = one.begin;
    end[n] = one.end;
    const last = new Map();
    for (const { read, key, from } of one.operations) {
      if (!read) last.set(key, operation);
      else if (from !== -1) {
        readKey.push(key);
        readOperation.push(operation);
        readFrom.push(from === 0 ? 0 : from.node);
      }
      operation++;
    }
    for (const [key, at] of last) {
      writeKey.push(key);
      writeOperation.push(at);
      writers[key].push(n);
    }
    writeFirst[n + 1] = writeKey.length;
    readFirst[n + 1] = readKey.length;
  }
  const writerFirst = new Int32Array(keys + 1);
  writers.forEach((all, k) => (writerFirst[k + 1] = writerFirst[k] + all.length));
  const sessionFirst = new Int32Array(sessions + 1);
  bySession.forEach((all, s) => (sessionFirst[s + 1] = sessionFirst[s] + all.length));
  return {
    transactions: { history: new HistoryBuilder().build(), timed, kind: new Uint8Array(operation) },
    nodes,
    transaction: column().map((_, n) => n - 1),
    node: new Int32Array(nodes - 1).map((_, t) => t + 1),
    session,
    place,
    sessions,
    sessionFirst,
    sessionNode: Int32Array.from(bySession.flat()),
    begin,
    end,
    writeFirst,
    writeKey: Int32Array.from(writeKey),
    writeOperation: Int32Array.from(writeOperation),
    readFirst,
    readKey: Int32Array.from(readKey),
    readOperation: Int32Array.from(readOperation),
    readFrom: Int32Array.from(readFrom),
    writerFirst,
    writer: Int32Array.from(writers.flat()),
    ordered: new Int32Array(keys).fill(1),
    candidates: new Map(),
    findings: [],
    gaps: [],
  };
}

const numbers = Object.fromEntries(
  Object.entries(options).map(([name, value]) => [name, Number.isNaN(Number(value)) ? value : Number(value)]),
);
const reading = simulate(numbers);
console.log(
  `${reading.nodes - 1} transactions, ${reading.readKey.length} reads, ${reading.writeKey.length} writes, ` +
    `${numbers.keys} keys, ${numbers.sessions} sessions, store ${numbers.store}, broken ${numbers.broken}`,
);
for (const name of options.levels.split(",")) {
  for (const engine of [saturationEngine, solverEngine]) {
    const start = process.cpuUsage();
    const decision = engine.decide(reading, { name, strength: options.strength }, {});
    if (decision === undefined) continue;
    const { user, system } = process.cpuUsage(start);
    const shown = decision.valid
      ? "valid"
      : "cycle" in decision
        ? `cycle of ${decision.cycle.length}`
        : "core" in decision
          ? `core of ${decision.core.length}`
          : decision.reason;
    console.log(
      `${options.strength} ${name}: ${shown}, ${((user + system) / 1e6).toFixed(3)} s CPU ` +
        `(${engine.name}), ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB, peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
    );
    break;
  }
}
