import { UsageError } from "../../histories/errors.ts";

/** What a machine lacks, as the usage errors of `tries` say; undefined if they all succeed. */
export async function missing(...tries: readonly (() => Promise<unknown>)[]): Promise<string | undefined> {
  for (const attempt of tries) {
    try {
      await attempt();
    } catch (error) {
      if (error instanceof UsageError) return error.message;
      throw error;
    }
  }
  return undefined;
}
