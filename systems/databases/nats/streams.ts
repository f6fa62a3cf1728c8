import { isJsonArray, type JsonObject } from "../../../histories/json.ts";
import type { NatsSession } from "./session.ts";

/** The streams of the workloads, each on a subject of its own name, but for those with a subject a key. */
export class StreamNames {
  readonly #prefix: string;

  /** What all their names begin with: letters, digits and underscores. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get queue(): string {
    return `${this.#prefix}QUEUE`;
  }

  get values(): string {
    return `${this.#prefix}VALUES`;
  }

  get ids(): string {
    return `${this.#prefix}IDS`;
  }

  /** The stream of a partition of a log. */
  log(partition: string): string {
    return `${this.#prefix}LOG_${nameOf(partition)}`;
  }

  /** The subject of a key. */
  value(key: string): string {
    return `${this.values}.${nameOf(key)}`;
  }
}

/** Three copies bear the loss of one; more make all slower. */
export const mostReplicas = 3;

/** The consumer that all clients of the queue share. */
export const queueConsumer = "workers";

/** How long a message may be out with a client before it is given to another, in nanoseconds: half a minute by default, longer than most tests. */
const acknowledgementPatience = 3e9;

/** Makes a stream, if it is not there yet; kept in files on so many servers. */
export function createStream(
  session: NatsSession,
  name: string,
  replicas: number,
  options: JsonObject = {},
): Promise<JsonObject> {
  return session.ask(`STREAM.CREATE.${name}`, {
    name,
    subjects: [name],
    storage: "file",
    retention: "limits",
    num_replicas: replicas,
    ...options,
  });
}

/** The stream of a queue: a message is gone once it is acknowledged. */
export async function createQueue(session: NatsSession, stream: string, replicas: number): Promise<void> {
  await createStream(session, stream, replicas, { retention: "workqueue" });
  await session.ask(`CONSUMER.DURABLE.CREATE.${stream}.${queueConsumer}`, {
    stream_name: stream,
    config: {
      durable_name: queueConsumer,
      ack_policy: "explicit",
      ack_wait: acknowledgementPatience,
      deliver_policy: "all",
      replay_policy: "instant",
      num_replicas: replicas,
    },
  });
}

/** A value a key, the latest message of its subject, as NATS' key-value store keeps it. */
export async function createValues(session: NatsSession, stream: string, replicas: number): Promise<void> {
  await createStream(session, stream, replicas, {
    subjects: [`${stream}.>`],
    max_msgs_per_subject: 1,
    allow_direct: true,
  });
}

/** Streams that clients make as they need them, each once for all of them; whoever asks after a failure tries again. */
export class MadeStreams {
  readonly #replicas: number;
  readonly #made = new Map<string, Promise<void>>();

  constructor(replicas: number) {
    this.#replicas = replicas;
  }

  make(session: NatsSession, stream: string): Promise<void> {
    const known = this.#made.get(stream);
    if (known !== undefined) return known;
    const making = createStream(session, stream, this.#replicas).then(() => undefined);
    this.#made.set(stream, making);
    making.catch(() => this.#made.delete(stream));
    return making;
  }

  /** Whoever needs that stream next has to make it again. */
  isGone(stream: string): void {
    this.#made.delete(stream);
  }
}

/** Makes what a workload needs before clients begin; partitions of logs are made as they are needed. */
export async function createFor(
  workload: string,
  session: NatsSession,
  names: StreamNames,
  replicas: number,
): Promise<void> {
  if (workload === "queue") await createQueue(session, names.queue, replicas);
  else if (workload === "unique-ids") await createStream(session, names.ids, replicas);
  else if (workload === "log") await session.ask("INFO");
  else await createValues(session, names.values, replicas);
}

/** Deletes all streams whose names begin so. */
export async function deleteStreams(session: NatsSession, prefix: string): Promise<void> {
  for (const name of await streamsOf(session, prefix)) await session.ask(`STREAM.DELETE.${name}`);
}

/** The streams whose names begin so. */
export async function streamsOf(session: NatsSession, prefix: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (let offset = 0; ;) {
    const { streams = null, total = null } = await session.ask("STREAM.NAMES", { offset });
    const page = isJsonArray(streams) ? streams.filter((name) => typeof name === "string") : [];
    found.push(...page.filter((name) => name.startsWith(prefix)));
    offset += page.length;
    if (page.length === 0 || typeof total !== "number" || offset >= total) return found;
  }
}

/** Any text as what the name of a stream or of a subject may hold. */
function nameOf(text: string): string {
  return Buffer.from(text).toString("base64url");
}
