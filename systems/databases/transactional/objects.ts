import { canonical, type Json } from "../../../histories/json.ts";
import type { Invocation } from "../../contracts/client.ts";
import { unfit, type Operation } from "./program.ts";

const elements = "element/";

/** `add` of an element to the set, which reads nothing, and `read` of all of them. */
export function onSet(invocation: Invocation): Operation {
  const { f, value } = invocation;
  if (f === "add")
    return {
      readOnly: false,
      *program(access) {
        yield "step";
        access.set(elements + canonical(value), value);
        return value;
      },
    };
  if (f !== "read") throw unfit(invocation, "add or read");
  return {
    readOnly: true,
    *program(access) {
      yield "step";
      return access.scan(elements).map(([, element]) => element);
    },
  };
}

/** `enqueue` at the tail of the queue, and `dequeue` at its head. */
export function onQueue(invocation: Invocation): Operation {
  const { f, value } = invocation;
  if (f === "enqueue")
    return {
      readOnly: false,
      *program(access) {
        yield "step";
        const tail = Number(access.read("queue/tail") ?? 0);
        yield "step";
        access.set(`queue/${tail}`, value);
        access.set("queue/tail", tail + 1);
        return value;
      },
    };
  if (f !== "dequeue") throw unfit(invocation, "enqueue or dequeue");
  return {
    readOnly: false,
    *program(access) {
      yield "step";
      const head = Number(access.read("queue/head") ?? 0);
      const message = access.read(`queue/${head}`);
      if (message === null) return null;
      yield "step";
      access.set("queue/head", head + 1);
      return message;
    },
  };
}

/** The most that a poll gives. */
const pollLimit = 32;

/** `append` at the end of a log, and `poll` of it from an offset on. */
export function onLog(invocation: Invocation): Operation {
  const { f, key = null, value } = invocation;
  const log = `log/${canonical(key)}/`;
  if (f === "append")
    return {
      readOnly: false,
      *program(access) {
        yield "step";
        const offset = Number(access.read(`${log}length`) ?? 0);
        yield "step";
        access.set(`${log}length`, offset + 1);
        access.set(log + offset, value);
        return offset;
      },
    };
  if (f !== "poll" || typeof value !== "number") throw unfit(invocation, "append, or poll of an offset");
  return {
    readOnly: true,
    *program(access) {
      const records: Json[] = [];
      for (let offset = value; offset < value + pollLimit; offset++) {
        const message = access.read(log + offset);
        if (message === null) break;
        records.push([offset, message]);
        if (records.length === 1) yield "step";
      }
      return records;
    },
  };
}

/** `add` of a number to the counter, and `read` of it. */
export function onCounter(invocation: Invocation): Operation {
  const { f, value } = invocation;
  if (f === "add" && typeof value === "number")
    return {
      readOnly: false,
      *program(access) {
        yield "step";
        const before = Number(access.read("counter") ?? 0);
        yield "step";
        access.set("counter", before + value);
        return value;
      },
    };
  if (f !== "read") throw unfit(invocation, "add of a number, or read");
  return {
    readOnly: true,
    *program(access) {
      yield "step";
      return access.read("counter") ?? 0;
    },
  };
}

/** `generate`: how many ids were given out so far. */
export function onIds(invocation: Invocation): Operation {
  if (invocation.f !== "generate") throw unfit(invocation, "generate");
  return {
    readOnly: false,
    *program(access) {
      yield "step";
      const id = Number(access.read("ids") ?? 0);
      yield "step";
      access.set("ids", id + 1);
      return id;
    },
  };
}
