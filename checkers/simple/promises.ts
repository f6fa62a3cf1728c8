import { unknownName } from "../../histories/errors.ts";

/** The promise that a checker is to judge by: the least if none is named; a usage error for one that it does not know. */
export function promiseOf<Promise extends string>(
  checker: string,
  promises: readonly [Promise, ...Promise[]],
  asked: string | undefined,
): Promise {
  if (asked === undefined) return promises[0];
  const promise = promises.find((each) => each === asked);
  if (promise === undefined) throw unknownName(`promise of ${checker}`, asked, promises);
  return promise;
}
