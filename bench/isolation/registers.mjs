import { sfc32 } from "../random.mjs";

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

/** How many commits a lie is behind, and how late one site sees what the other commits. */
const Behind = 200;
const Lag = 50;

/**
 * The reading of a simulated run of registers. Transactions that the store aborted leave no trace.
 *
 *   serializable   all of a transaction happens at its commit
 *   snapshot       reads see the state at its begin, and the first of two writers of a key commits
 *   committed      each read sees what was committed at some moment, no earlier than the one before
 *   fork           two sites that see each other's commits late; each key is written at one of them, as in `snapshot`
 *   causal         two sites that see each other's commits late, and both write all keys
 *
 * `lies` transactions see the state of long ago, and no conflict stops them. `broken=stale` has one read see what its session had
 * overwritten. Keys are of Zipf's distribution, the weight of the i-th being 1 / i^skew.
 */
export function simulate({
  transactions,
  operations,
  keys,
  reads,
  sessions,
  skew,
  store,
  broken = "none",
  lies = 0,
  seed = 1,
  timed = true,
  order = "time",
}) {
  const random = sfc32(seed);
  const draw = keysOf(keys, skew, random);
  const early = store !== "serializable";
  const sites = store === "fork" || store === "causal";
  const careful = store === "snapshot" || store === "fork";
  const lying = new Set(Array.from({ length: lies }, () => 1 + Math.floor(random() * transactions)));
  /** Versions of each key: commit and writer in turn. */
  const versions = Array.from({ length: keys }, () => [0, 0]);
  let commits = 0;
  let events = 0;
  const running = Array.from({ length: sessions }, () => undefined);
  const done = [];
  /** What a site sees of a key. */
  const seenAt = (key, time, site) => {
    const all = versions[key];
    let i = all.length - 2;
    while (i > 0 && all[i] > (sites && all[i + 1].session % 2 !== site ? time - Lag : time)) i -= 2;
    return all[i + 1];
  };
  let made = 0;
  while (made < transactions || running.some((one) => one !== undefined)) {
    const s = Math.floor(random() * sessions);
    const one = running[s];
    if (one === undefined) {
      if (made >= transactions) continue;
      const own = [];
      for (let o = 0; o < operations; o++) {
        const read = random() < reads;
        const key = draw();
        // Of a fork each site writes keys of its own.
        own.push({ read, key: read || store !== "fork" ? key : key - (key % 2) + (s % 2), from: 0 });
      }
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
      const isLie = lying.has(one.number);
      let time = (early ? one.at : commits) - (isLie ? Behind : 0);
      const written = new Set();
      let conflict = false;
      for (const operation of one.operations) {
        // Under read committed each read is of its own moment, no earlier than the one before.
        if (store === "committed") time += Math.floor(random() * (commits - time + 1));
        if (operation.read)
          operation.from = written.has(operation.key) ? -1 : seenAt(operation.key, time, one.session % 2);
        else {
          written.add(operation.key);
          const all = versions[operation.key];
          conflict ||= careful && !isLie && all[all.length - 2] > time;
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
  return readingOf(done, keys, sessions, timed && order === "time");
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
    transactions: { count: nodes - 1, timed, kind: new Uint8Array(operation) },
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
