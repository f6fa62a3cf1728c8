/** The results of all; when one fails, throws its error, but only when none is under way any more. */
export async function allDone<Result>(promises: readonly Promise<Result>[]): Promise<Result[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
