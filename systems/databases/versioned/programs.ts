import { canonical, isJsonArray, type Json } from "../../../histories/json.ts";
import type { Invocation } from "../../contracts/client.ts";
import { Refusal, unfit } from "../sql/operation.ts";
import type { Versioned, VersionedStore } from "./store.ts";

/** What a client's operation does. */
export interface VersionedOperation {
  /** Whether it writes nothing. */
  readonly readOnly: boolean;
  /** Returns the operation's result; throws a `Refusal` where it does not do what was asked. */
  perform(store: VersionedStore): Promise<Json>;
}

/** What the operations of a workload do, by its name. */
type Program = (invocation: Invocation) => VersionedOperation;

const programs: Readonly<Record<string, Program>> = {
  register: onOneRegister,
  "list-append": transactionOf("append"),
  "rw-register": transactionOf("w"),
  "long-fork": transactionOf("w"),
  sequential: partByPart,
  set: onOneSet,
  counter: onOneCounter,
};

/** The folders of their keys. */
const registers = "registers";
const lists = "lists";
const partsOfKeys = "parts";
const elements = "elements";
const counters = "counters";
export const folders = [registers, lists, partsOfKeys, elements, counters] as const;

/** The workloads that stores with versions serve. */
export const versionedWorkloads = Object.keys(programs);

/** What the operations of a workload do. Throws a `TypeError` for a workload that is not served. */
export function programOf(workload: string): Program {
  const program = Object.hasOwn(programs, workload) ? programs[workload] : undefined;
  if (program === undefined)
    throw new TypeError(`expected one of the workloads ${versionedWorkloads.join(", ")}, found ${workload}`);
  return program;
}

/** `read`, `write` and `cas` of a register. A compare-and-set reads, and writes if the version is still what it was. */
function onOneRegister(invocation: Invocation): VersionedOperation {
  const { f, key = null, value } = invocation;
  const name = keyIn(registers, key);
  if (f === "read")
    return {
      readOnly: true,
      perform: async (store) => contentOf(await readOne(store, name)),
    };
  if (f === "write" && typeof value === "number")
    return {
      readOnly: false,
      async perform(store) {
        await store.put(name, canonical(value));
        return value;
      },
    };
  const [from, to] = isJsonArray(value) ? value : [];
  if (f !== "cas" || typeof from !== "number" || typeof to !== "number")
    throw unfit(invocation, "read, write of a number, or cas of [from, to]");
  return {
    readOnly: false,
    async perform(store) {
      const expected = await readOne(store, name);
      if (contentOf(expected) !== from) throw new Refusal(`the value is not ${from}`);
      if (!(await store.write([{ key: name, expected, text: canonical(to) }]))) throw new Refusal(outrun);
      return value;
    },
  };
}

/**
 * Transactions of reads and writes, done optimistically: all keys are read at first, and what was worked out from them is written if
 * none has changed. `write` is the micro-operation that writes: `append` to a list, or `w` of a whole value.
 */
function transactionOf(write: "append" | "w"): Program {
  return (invocation) => {
    const { value } = invocation;
    const operations = (isJsonArray(value) ? value : []).map((each) => {
      const [f = null, subject = null, argument = null] = isJsonArray(each) ? each : [];
      if (f !== "r" && (f !== write || typeof argument !== "number"))
        throw unfit(invocation, `[["r", key, null] or ["${write}", key, number], …]`);
      return { f, subject, argument, key: keyIn(write === "w" ? registers : lists, subject) };
    });
    if (operations.length === 0) throw unfit(invocation, "a transaction");
    const readOnly = operations.every(({ f }) => f === "r");
    return {
      readOnly,
      async perform(store) {
        const keys = [...new Set(operations.map(({ key }) => key))];
        const found = await store.read(keys);
        const expected = new Map(keys.map((key, i) => [key, found[i] ?? never]));
        const contents = new Map<string, Json>();
        for (const [key, each] of expected) contents.set(key, contentOf(each));
        const written = new Set<string>();
        const done = operations.map(({ f, subject, argument, key }): Json => {
          const content = contents.get(key) ?? null;
          if (f === "r") return [f, subject, content];
          contents.set(key, write === "w" ? argument : [...(isJsonArray(content) ? content : []), argument]);
          written.add(key);
          return [f, subject, argument];
        });
        // What was read at one moment, and that is all, needs no more.
        if (readOnly && (keys.length === 1 || store.readsTogether)) return done;
        const changes = [...expected].map(([key, each]) => ({
          key,
          expected: each,
          ...(written.has(key) ? { text: canonical(contents.get(key) ?? null) } : {}),
        }));
        if (!(await store.write(changes))) throw new Refusal(outrun);
        return done;
      },
    };
  };
}

/** How many parts a key has. */
const parts = 5;

/** `write` of a key, its parts in order, and `read` of it, its parts backwards, one by one. */
function partByPart(invocation: Invocation): VersionedOperation {
  const { f, value } = invocation;
  if (f !== "write" && f !== "read") throw unfit(invocation, "write or read");
  const part = (i: number): string => `${canonical(value)}_${i}`;
  return {
    readOnly: f === "read",
    async perform(store) {
      const found: Json[] = [];
      for (let i = 0; i < parts; i++) {
        if (f === "write") await store.put(`${partsOfKeys}/${part(i)}`, "0");
        else {
          const name = part(parts - 1 - i);
          const { version } = await readOne(store, `${partsOfKeys}/${name}`);
          found.push(version === undefined ? null : name);
        }
      }
      return f === "write" ? value : [value, found];
    },
  };
}

/** `add` of an element, a key of its own, and `read` of all. */
function onOneSet(invocation: Invocation): VersionedOperation {
  const { f, value } = invocation;
  if (f === "read")
    return {
      readOnly: true,
      perform: async (store) => (await store.names(elements)).map(Number),
    };
  if (f !== "add" || typeof value !== "number") throw unfit(invocation, "add of a number, or read");
  return {
    readOnly: false,
    async perform(store) {
      await store.put(keyIn(elements, value), canonical(value));
      return value;
    },
  };
}

/** So often is an addition tried that others outrun. */
const attempts = 20;

/** `add` to a counter, as often as others outrun it, and `read` of it. */
function onOneCounter(invocation: Invocation): VersionedOperation {
  const { f, value } = invocation;
  const key = keyIn(counters, "all");
  const sumOf = (found: Versioned): number => Number(contentOf(found) ?? 0);
  if (f === "read") return { readOnly: true, perform: async (store) => sumOf(await readOne(store, key)) };
  if (f !== "add" || typeof value !== "number") throw unfit(invocation, "add of a number, or read");
  return {
    readOnly: false,
    async perform(store) {
      for (let attempt = 0; attempt < attempts; attempt++) {
        const expected = await readOne(store, key);
        const text = canonical(sumOf(expected) + value);
        if (await store.write([{ key, expected, text }])) return value;
      }
      throw new Refusal(outrun);
    },
  };
}

/** Why an operation was not done whose keys changed between its reads and its writes. */
const outrun = "somebody else has written what it read";

function keyIn(folder: string, key: Json): string {
  return `${folder}/${canonical(key)}`;
}

/** What nobody has written. */
const never: Versioned = { text: undefined, version: undefined };

async function readOne(store: VersionedStore, key: string): Promise<Versioned> {
  const [found = never] = await store.read([key]);
  return found;
}

/** What a key holds, as it was written; null if it never was. */
function contentOf({ text }: Versioned): Json {
  if (text === undefined) return null;
  const content: unknown = JSON.parse(text);
  if (typeof content === "number") return content;
  if (isJsonArray(content)) return content;
  throw new TypeError(`expected a number or a list, found ${text}`);
}
