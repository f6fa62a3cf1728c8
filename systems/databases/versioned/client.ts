import type { Client, Completion, Invocation } from "../../contracts/client.ts";
import { Refusal } from "../sql/operation.ts";
import type { VersionedOperation } from "./programs.ts";
import type { VersionedStore } from "./store.ts";

export interface VersionedClientOptions {
  /** What the operations of the workload do. */
  readonly program: (invocation: Invocation) => VersionedOperation;
  /** Opens a connection that was seen to answer. */
  readonly connect: () => Promise<VersionedStore>;
}

/** How far an operation has got, and whether it has written anything yet. */
interface Progress {
  stage: "connecting" | "reading" | "writing";
  partly: boolean;
}

/**
 * A client of a store that writes on condition. What has sent no write has failed; of a write that was not answered nobody knows, and so
 * of what had written a part of it.
 */
export class VersionedClient implements Client {
  readonly #options: VersionedClientOptions;
  #store: VersionedStore | undefined;
  #closed = false;

  constructor(options: VersionedClientOptions) {
    this.#options = options;
  }

  async invoke(invocation: Invocation): Promise<Completion> {
    const operation = this.#options.program(invocation);
    const progress: Progress = { stage: "connecting", partly: false };
    const write = async <Result>(send: () => Promise<Result>): Promise<Result> => {
      progress.stage = "writing";
      const result = await send();
      progress.stage = "reading";
      progress.partly ||= result !== false;
      return result;
    };
    try {
      const store = await this.#connected();
      progress.stage = "reading";
      const value = await operation.perform({
        readsTogether: store.readsTogether,
        read: (keys) => store.read(keys),
        names: (folder) => store.names(folder),
        put: (key, text) => write(() => store.put(key, text)),
        write: (changes) => write(() => store.write(changes)),
        refused: (error) => store.refused(error),
        close: () => store.close(),
      });
      return { type: "ok", value };
    } catch (error) {
      if (error instanceof Refusal) return { type: "fail", error: ["refused", error.message] };
      const { stage, partly } = progress;
      const unsure = stage === "writing" && this.#store?.refused(error) !== true;
      // A late answer must not be taken for the next one, and the next connection is one that was seen to answer.
      this.#drop();
      // An answer that is none of the workload's: a defect, not an outcome.
      if (error instanceof TypeError) throw error;
      const type = (unsure || partly) && !operation.readOnly ? "info" : "fail";
      return { type, error: [stage, messageOf(error)] };
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#drop();
    return Promise.resolve();
  }

  async #connected(): Promise<VersionedStore> {
    if (this.#store !== undefined) return this.#store;
    const store = await this.#options.connect();
    // Closed meanwhile: a connection that nobody ends would keep the whole process up.
    if (this.#closed) {
      store.close();
      throw new Error("the client was closed");
    }
    this.#store = store;
    return store;
  }

  #drop(): void {
    this.#store?.close();
    this.#store = undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
