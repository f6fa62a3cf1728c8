import type { ToxicType } from "../toxic.ts";

/** Passes everything on untouched. Also what a connection gets when a toxic's toxicity spares it. */
export const noop: ToxicType<never> = {
  type: "noop",
  goName: "NoopToxic",
  attributes: {},
  start: (_attributes, outlet) => ({
    chunk: (chunk) => outlet.pass(chunk),
    end: (ending) => outlet.finish(ending),
    stop: () => [],
  }),
};
