import { canonical, type JsonObject } from "../../histories/json.ts";

/** The instance of a protocol of a single decision, where requests name none. */
export const onlyInstance = "decision";

/** The instance that a `propose` is about: its key, as text unless it is one. */
export function instanceOf({ key }: JsonObject): string {
  if (key === undefined) return onlyInstance;
  return typeof key === "string" ? key : canonical(key);
}
