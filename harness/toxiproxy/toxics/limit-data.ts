import type { ToxicType } from "../toxic.ts";

/** Passes the first `bytes` bytes of a connection, then closes it. */
export const limitData: ToxicType<"bytes"> = {
  type: "limit_data",
  goName: "LimitDataToxic",
  attributes: { bytes: { kind: "int64", initial: 0 } },
  start: ({ bytes }, outlet) => ({
    chunk(chunk) {
      const left = Math.max(0, bytes - outlet.passed);
      if (left > 0) outlet.pass({ data: chunk.data.subarray(0, left), time: chunk.time });
      if (chunk.data.length > left) outlet.drop({ data: chunk.data.subarray(left), time: chunk.time });
      if (chunk.data.length >= left) outlet.finish("close");
    },
    end: (ending) => outlet.finish(ending),
    stop: () => [],
  }),
};
