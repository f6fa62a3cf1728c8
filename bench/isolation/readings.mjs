import { sfc32 } from "../random.mjs";

/**
 * Readings of list-append histories of a given isolation, made directly, without a history: what is left once lists are read and
 * compared. A store is simulated event by event; at each event one session begins a transaction or ends it.
 *
 *   serial      everything happens at the end: strictly serializable
 *   stale       serial, but some transactions that only read see an old state: serializable, not strictly
 *   snapshot    reads see the state at the begin, the first of two writers of a key commits: snapshot isolation
 *   fork        two sites, each with writers of its own keys, that see each other late: parallel snapshot isolation
 *   committed   each read sees what is committed when it happens: read committed
 *   broken      snapshot, but once in a while one of the first committers does not win: lost updates
 */
export const stores = ["serial", "stale", "snapshot", "fork", "committed", "broken"];

const Never = 0x7fffffff;

/** `keys` are written at a time; each is retired after `writesPerKey` writes, and another takes its place. */
export function readingOf({
  transactions,
  store,
  sessions = 20,
  keys = 10,
  writesPerKey = 256,
  length = 4,
  seed = 1,
}) {
  const random = sfc32(seed);
  const below = (n) => Math.floor(random() * n);
  const versions = []; // By key: the nodes that wrote it, in order.
  const since = []; // By key: when each version was committed.
  const active = [];
  const lag = 50;
  const fresh = () => {
    versions.push([0]);
    since.push([-1]);
    return versions.length - 1;
  };
  for (let i = 0; i < 2 * keys; i++) active.push(fresh());
  const nodes = []; // In the order of their begins; those that aborted are left out at the end.
  const running = Array(sessions).fill(undefined);
  let time = 0;
  let committed = 0;
  /** The place of the last version of a key by a time. */
  const versionAt = (key, at) => {
    let v = since[key].length - 1;
    while (v > 0 && since[key][v] > at) v--;
    return v;
  };
  const seen = (site, key, at) =>
    store === "fork" && key % 2 !== site ? versionAt(key, at - lag) : versionAt(key, at);
  while (committed < transactions) {
    const s = below(sessions);
    const open = running[s];
    if (open === undefined) {
      const operations = [];
      const site = s % 2;
      for (let o = 1 + below(length); o > 0; o--) {
        // Low places are drawn more often: half of the draws, half of the rest, …
        const place = store === "fork" ? undefined : Math.min(keys - 1, Math.floor(-Math.log2(1 - random())));
        const write = random() < 0.5;
        const slot = place ?? (write ? 2 * below(keys) + site : below(2 * keys));
        operations.push({ key: active[slot], slot, write, version: -1 });
      }
      const node = { session: s, begin: time, end: Never, operations, aborted: false, number: -1 };
      nodes.push(node);
      running[s] = node;
      if (store === "snapshot" || store === "broken" || store === "fork")
        for (const o of operations) if (!o.write) o.version = seen(site, o.key, time);
      if (store === "committed")
        operations.forEach((o, i) => {
          if (!o.write && i % 2 === 0) o.version = versionAt(o.key, time);
        });
      time++;
      continue;
    }
    running[s] = undefined;
    const { operations } = open;
    const readOnly = operations.every(({ write }) => !write);
    const at = store === "stale" && readOnly && random() < 0.2 ? time - 100 : time;
    for (const o of operations) if (!o.write && o.version < 0) o.version = versionAt(o.key, at);
    const careful = store === "snapshot" || store === "fork" || (store === "broken" && random() < 0.999);
    if (careful && operations.some(({ key, write }) => write && since[key].at(-1) >= open.begin)) {
      open.aborted = true;
      time++;
      continue;
    }
    const written = new Set(operations.filter(({ write }) => write).map(({ key }) => key));
    for (const key of written) {
      versions[key].push(open);
      since[key].push(time);
    }
    for (const { key, slot, write } of operations)
      if (write && versions[key].length > writesPerKey && active[slot] === key) {
        // Keys of a site stay of that site.
        active[slot] = fresh();
        if (store === "fork" && active[slot] % 2 !== slot % 2) active[slot] = fresh();
      }
    open.end = time++;
    committed++;
  }
  return columns(
    nodes.filter(({ aborted, end }) => !aborted && end !== Never),
    versions,
    sessions,
  );
}

function columns(all, versions, sessions) {
  const nodes = all.length + 1;
  all.forEach((node, i) => (node.number = i + 1));
  const session = new Int32Array(nodes).fill(-1);
  const place = new Int32Array(nodes);
  const begin = new Int32Array(nodes).fill(-1);
  const end = new Int32Array(nodes).fill(-1);
  const writeFirst = new Int32Array(nodes + 1);
  const readFirst = new Int32Array(nodes + 1);
  const count = new Int32Array(sessions);
  const columnsOf = { writeKey: [], writeOperation: [], readKey: [], readOperation: [], readFrom: [] };
  const { writeKey, writeOperation, readKey, readOperation, readFrom } = columnsOf;
  const ordered = new Int32Array(versions.length).fill(1);
  let operation = 0;
  all.forEach((node, i) => {
    const a = i + 1;
    session[a] = node.session;
    place[a] = count[node.session]++;
    begin[a] = node.begin;
    end[a] = node.end;
    const own = new Map();
    for (const { key, write, version } of node.operations) {
      if (write) own.set(key, operation);
      else if (!own.has(key)) {
        const writer = versions[key][version];
        readKey.push(key);
        readOperation.push(operation);
        readFrom.push(writer === 0 ? 0 : writer.number);
        if (version + 1 > ordered[key]) ordered[key] = version + 1;
      }
      operation++;
    }
    for (const [key, last] of own) {
      writeKey.push(key);
      writeOperation.push(last);
    }
    writeFirst[a + 1] = writeKey.length;
    readFirst[a + 1] = readKey.length;
  });
  const sessionFirst = new Int32Array(sessions + 1);
  for (let s = 0; s < sessions; s++) sessionFirst[s + 1] = sessionFirst[s] + count[s];
  const sessionNode = new Int32Array(nodes - 1);
  for (let a = 1; a < nodes; a++) sessionNode[sessionFirst[session[a]] + place[a]] = a;
  const writerFirst = new Int32Array(versions.length + 1);
  versions.forEach((writers, k) => (writerFirst[k + 1] = writerFirst[k] + writers.length));
  const writer = new Int32Array(writerFirst[versions.length]);
  versions.forEach((writers, k) => {
    const numbers = writers.map((node) => (node === 0 ? 0 : node.number));
    // What nobody read is in no known order.
    const loose = numbers.splice(ordered[k]).toSorted((a, b) => a - b);
    writer.set([...numbers, ...loose], writerFirst[k]);
  });
  // Kinds of operations as in `transactions.ts`: 2 reads a list, 3 appends.
  const kind = Uint8Array.from(
    all.flatMap((node) => node.operations),
    ({ write }) => (write ? 3 : 2),
  );
  const number = Int32Array.from({ length: nodes }, (_, a) => a - 1);
  return {
    transactions: { count: nodes - 1, timed: true, kind },
    nodes,
    transaction: number,
    node: number.slice(1).map((a) => a + 1),
    session,
    place,
    sessions,
    sessionFirst,
    sessionNode,
    begin,
    end,
    writeFirst,
    readFirst,
    ...Object.fromEntries(Object.entries(columnsOf).map(([name, column]) => [name, Int32Array.from(column)])),
    writerFirst,
    writer,
    ordered,
    candidates: new Map(),
    findings: [],
    gaps: [],
  };
}
