import type { Json } from "../../../histories/json.ts";
import type { Command } from "./connection.ts";

/** What an operation may do to a server. */
export interface Commands {
  /** A command that changes nothing. */
  ask(...command: Command): Promise<Json>;
  /** A command that may change something. */
  change(...command: Command): Promise<Json>;
  /** Commands that are carried out together; null if a watched key has changed. */
  together(commands: readonly Command[]): Promise<readonly Json[] | null>;
}

/** What a client's operation does; everything that it changes, it changes by one call of `change` or `together`. */
export interface RedisOperation {
  /** Whether it changes nothing. */
  readonly readOnly: boolean;
  /** One of the keys that it is about: in a cluster it belongs to a server. */
  readonly key: string;
  /** Returns the operation's result; throws a `Refusal` if there is nothing to do. */
  perform(redis: Commands): Promise<Json>;
}
