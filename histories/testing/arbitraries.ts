import * as fc from "fast-check";
import type { Json } from "../json.ts";
import type { Operation } from "../operation.ts";

/** Any JSON value, its names now and then those that the EDN mapping gives a meaning. */
export function anyJson(): fc.Arbitrary<Json> {
  const name = fc.oneof(
    fc.string({ unit: "binary", maxLength: 4 }),
    fc.constantFrom(
      "a",
      "b",
      "ns/a",
      "#keyword",
      "#set",
      "#map",
      "#tag",
      "value",
      "#string",
      "#int",
      "#char",
      "1",
      "__proto__",
    ),
  );
  const text = fc.oneof(
    name,
    fc.constantFrom("append", "r", "w", "x y", ":k", "9007199254740993", "1.5", "2/3"),
  );
  return fc.letrec<{ value: Json; array: Json[]; object: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", maxDepth: 4, withCrossShrink: true },
      fc.constantFrom(null, true, false),
      text,
      fc.integer(),
      fc.maxSafeInteger(),
      fc.double({ noDefaultInfinity: true, noNaN: true }),
      tie("array"),
      tie("object"),
    ),
    array: fc.oneof(
      fc.array(tie("value"), { maxLength: 4 }),
      // Micro-operations, and what comes near to them.
      fc.array(
        fc.tuple(
          fc.oneof(
            fc.constantFrom<Json>("append", "r", { "#keyword": "r" }, { "#string": "r" }, "not a name"),
            text,
          ),
          tie("value"),
        ),
        { maxLength: 3 },
      ),
    ),
    object: fc.oneof(
      fc
        .array(fc.tuple(name, tie("value")), { maxLength: 3 })
        .map((entries) => Object.fromEntries(entries) as Json),
      fc
        .constantFrom("#keyword", "#symbol", "#char", "#int", "#bigint", "#double", "#ratio", "#decimal")
        .chain((tag) =>
          fc
            .oneof(text, fc.constantFrom("NaN", "Inf", "0", "-0", "5", "1", "nil"))
            .map((content) => ({ [tag]: content })),
        ),
      fc.array(tie("value"), { maxLength: 3 }).map((set) => ({ "#set": set })),
      fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 3 }).map((map) => ({ "#map": map })),
      fc.tuple(text, tie("value")).map(([tag, value]) => ({ "#tag": tag, value })),
    ),
  })).value;
}

/** Any lawful sequence of operations. */
export function anyOperations(value: fc.Arbitrary<Json> = anyJson()): fc.Arbitrary<Operation[]> {
  const event = fc.record({
    actor: fc.oneof(fc.nat(3), fc.constantFrom("nemesis", "a name")),
    step: fc.nat(1000),
    outcome: fc.constantFrom("ok", "fail", "info"),
    value,
    key: fc.option(value, { nil: undefined }),
    node: fc.option(fc.string({ unit: "binary", maxLength: 3 }), { nil: undefined }),
    error: fc.option(value, { nil: undefined }),
    extra: fc.option(
      fc.dictionary(fc.constantFrom("a", "index", "extra", "a b", "node"), value, { minKeys: 1 }),
      {
        nil: undefined,
      },
    ),
    f: fc.constantFrom("read", "write", "a b", "τ"),
  });
  return fc.array(event, { maxLength: 12 }).map((events) => {
    const open = new Map<number, { f: string; key?: Json }>();
    const process = [0, 1, 2, 3];
    let time = 0;
    return events.map(
      ({ actor, step, outcome, key, node, error, extra, f, value: content }, index): Operation => {
        time += step;
        const optional = {
          ...(node === undefined ? {} : { node }),
          ...(error === undefined ? {} : { error }),
          ...(extra === undefined ? {} : { extra }),
        };
        if (typeof actor === "string") {
          return { index, time, process: actor, type: "info", f, value: content, ...optional };
        }
        const id = process[actor] ?? 0;
        const begun = open.get(id);
        if (begun === undefined) {
          const opened = { f, ...(key === undefined ? {} : { key }) };
          open.set(id, opened);
          return { index, time, process: id, type: "invoke", ...opened, value: content, ...optional };
        }
        open.delete(id);
        if (outcome === "info") process[actor] = id + 4;
        const type = outcome === "ok" ? "ok" : outcome === "fail" ? "fail" : "info";
        return { index, time, process: id, type, ...begun, value: content, ...optional };
      },
    );
  });
}
