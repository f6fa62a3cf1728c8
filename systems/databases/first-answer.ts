/** The first answer of several that were asked for what only a majority can say; throws if none gives one. */
export async function firstAnswer<Answer>(asked: readonly Promise<Answer>[]): Promise<Answer> {
  try {
    return await Promise.any(asked);
  } catch (error) {
    const reasons = error instanceof AggregateError ? error.errors.map(String) : [String(error)];
    throw new Error(`no answer for which it takes a majority: ${[...new Set(reasons)].join("; ")}`, {
      cause: error,
    });
  }
}
