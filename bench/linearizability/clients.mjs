/**
 * Histories of closed-loop clients, with a verdict known by construction; the same options, the same bytes.
 *
 * A client is busy nine tenths of the time; an operation lasts 1 + Exp(1) and takes effect at a random moment
 * within it. One with an unknown outcome takes effect with probability one half, at a moment within ten times
 * its length, and retires its process.
 */
import { objects } from "./objects.mjs";
import { sfc32 } from "../random.mjs";

/** The calls in columns, by invocation, with the results that a correct object gives them, one of them spoilt if asked. */
export function generateCalls({ operations, clients, keys, values, unknown, violation, seed = 1 }) {
  const object = objects[values];
  const random = sfc32(seed);
  const exponential = (mean) => -mean * Math.log(1 - random());
  const calls = {
    length: operations,
    begin: new Float64Array(operations),
    end: new Float64Array(operations),
    process: new Int32Array(operations),
    key: new Int32Array(operations),
    f: new Uint8Array(operations),
    a: new Int32Array(operations).fill(-1),
    b: new Int32Array(operations).fill(-1),
    unknown: new Uint8Array(operations),
    failed: new Uint8Array(operations),
  };
  const point = new Float64Array(operations);
  const free = new Clients(clients, () => exponential(0.2));
  const memory = {};
  for (let i = 0; i < operations; i++) {
    const begin = free.at;
    const length = 1 + exponential(1);
    const lost = random() < unknown;
    calls.begin[i] = begin;
    calls.end[i] = begin + length;
    calls.process[i] = free.process;
    calls.key[i] = keys === 1 ? 0 : Math.floor(random() * keys);
    [calls.f[i], calls.a[i], calls.b[i] = -1] = object.ask(random, i + 1, memory);
    calls.unknown[i] = lost ? 1 : 0;
    point[i] = lost && random() < 0.5 ? Infinity : begin + random() * length * (lost ? 10 : 1);
    free.next(begin + length + exponential(0.2), lost);
  }
  const instances = Array.from({ length: keys }, () => object.create());
  for (const i of sortedBy(point)) {
    if (point[i] === Infinity) continue;
    if (!instances[calls.key[i]].apply(calls, i)) calls.failed[i] = calls.unknown[i] ? 0 : 1;
  }
  if (violation === "lie") tellLie(calls, random);
  else if (violation) object.spoil(calls);
  return calls;
}

/** Some read gives any of five values, so that nobody knows the verdict beforehand. */
function tellLie(calls, random) {
  const reads = [...calls.f.keys()].filter((i) => calls.f[i] === 0 && !calls.unknown[i]);
  calls.a[reads[Math.floor(random() * reads.length)]] = Math.floor(random() * 5);
}

/** Clients by when they are free, the earliest first: a binary heap. */
class Clients {
  #at;
  #process;
  #count;

  constructor(count, start) {
    this.#count = count;
    this.#at = Float64Array.from({ length: count }, start).toSorted();
    this.#process = Int32Array.from({ length: count }, (_, i) => i);
  }

  get at() {
    return this.#at[0];
  }

  get process() {
    return this.#process[0];
  }

  /** The earliest is free again at a later time; under a new process number if it is `lost`. */
  next(at, lost) {
    const process = this.#process[0] + (lost ? this.#count : 0);
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child + 1 < this.#count && this.#at[child + 1] < this.#at[child]) child++;
      if (child >= this.#count || this.#at[child] >= at) break;
      this.#at[place] = this.#at[child];
      this.#process[place] = this.#process[child];
      place = child;
    }
    this.#at[place] = at;
    this.#process[place] = process;
  }
}

/** Positions by a column of times, equal ones in their order. */
export function sortedBy(times) {
  return Uint32Array.from(times.keys()).toSorted((i, j) => times[i] - times[j]);
}
