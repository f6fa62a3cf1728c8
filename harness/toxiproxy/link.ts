import type { Socket } from "node:net";
import type { Random } from "../../workloads/random.ts";
import type { ByteCounters } from "./metrics.ts";
import { Stage, type StageHost } from "./stage.ts";
import type { Chunk, Ending, Inlet, Toxic } from "./toxic.ts";

/** Chunks that toxics see are no longer than upstream's, since some toxics act on chunks as a whole. */
const longestChunk = 32 * 1024;
/** How many bytes a link holds back without toxics before it stops reading. */
const baseCapacity = 128 * 1024;

/** What a link needs of the connection that it is part of. */
export interface LinkHost {
  readonly random: Random;
  now(): number;
  /** Both sides are to see RST, now. */
  reset(): void;
  /** The link has handed its ending to the destination; after "close" the other direction ends too. */
  linkDone(link: Link, ending: Ending): void;
}

/**
 * One direction of one connection: a chain of toxics between two sockets.
 *
 *     source → Stage (latency) → Stage (slicer) → destination
 *
 * What has been read and neither written nor dropped is bounded: beyond its capacity the link stops reading
 * until half of that is gone, so that TCP slows the sender down. The end of the stream travels through the
 * chain like data and is handed on as FIN, leaving the other direction open.
 */
export class Link implements StageHost {
  readonly random: Random;
  readonly #host: LinkHost;
  readonly #source: Socket;
  readonly #destination: Socket;
  readonly #bytes: ByteCounters;
  readonly #stages: Stage[] = [];
  readonly #outlet: Inlet;
  #first: Inlet;
  #capacity = baseCapacity;
  #held = 0;
  #sourceEnded = false;
  #done = false;

  constructor(
    host: LinkHost,
    source: Socket,
    destination: Socket,
    toxics: readonly Toxic[],
    bytes: ByteCounters,
  ) {
    this.#host = host;
    this.random = host.random;
    this.#source = source;
    this.#destination = destination;
    this.#bytes = bytes;
    this.#outlet = { chunk: ({ data }: Chunk) => this.#write(data), end: (ending) => this.#finish(ending) };
    this.#first = this.#outlet;
    for (const toxic of toxics) this.add(toxic);
    source.on("data", (data: Buffer) => this.#read(data));
    source.on("end", () => this.sourceEnded("end"));
    source.on("close", () => this.sourceEnded("close"));
    destination.on("drain", () => this.#resumeIfRoom());
    destination.on("close", () => this.#abort());
  }

  get isDone(): boolean {
    return this.#done;
  }

  now(): number {
    return this.#host.now();
  }

  reset(): void {
    this.#host.reset();
  }

  dropped(bytes: number): void {
    this.#release(bytes);
    this.#bytes.dropped += bytes;
    this.#resumeIfRoom();
  }

  /** Puts a toxic at the end of the chain. */
  add(toxic: Toxic): void {
    const stage = new Stage(this, toxic, this.#outlet);
    const last = this.#stages.at(-1);
    this.#stages.push(stage);
    if (last === undefined) this.#first = stage;
    else last.next = stage;
    this.#chainChanged();
  }

  update(toxic: Toxic): void {
    this.#stages.find((stage) => stage.toxic === toxic)?.update();
  }

  /** Takes a toxic out of the chain; what it holds goes on to the next one at once. */
  remove(toxic: Toxic): void {
    const index = this.#stages.findIndex((stage) => stage.toxic === toxic);
    const stage = this.#stages[index];
    if (stage === undefined) return;
    const previous = this.#stages[index - 1];
    if (previous === undefined) this.#first = stage.next;
    else previous.next = stage.next;
    this.#stages.splice(index, 1);
    stage.remove();
    this.#chainChanged();
  }

  /** Nothing more comes from the source. */
  sourceEnded(ending: Ending): void {
    if (this.#sourceEnded) return;
    this.#sourceEnded = true;
    if (!this.#done) this.#first.end(ending);
  }

  #chainChanged(): void {
    this.#capacity = this.#stages.reduce(
      (sum, stage) => sum + (stage.toxic.type.capacity ?? 0),
      baseCapacity,
    );
    this.#resumeIfRoom();
  }

  #read(data: Buffer): void {
    this.#bytes.received += data.length;
    if (this.#done || this.#sourceEnded) {
      this.#bytes.dropped += data.length;
      return;
    }
    this.#held += data.length;
    if (this.#stages.length === 0) this.#write(data);
    else {
      const time = this.#host.now();
      for (let start = 0; start < data.length; start += longestChunk) {
        this.#first.chunk({ data: data.subarray(start, start + longestChunk), time });
      }
    }
    if (this.#held + this.#destination.writableLength > this.#capacity) this.#source.pause();
  }

  #write(data: Buffer): void {
    this.#release(data.length);
    if (this.#done) {
      this.#bytes.dropped += data.length;
      return;
    }
    this.#bytes.sent += data.length;
    this.#destination.write(data);
    this.#resumeIfRoom();
  }

  /** A toxic may have made more of the bytes than there were. */
  #release(bytes: number): void {
    this.#held = Math.max(0, this.#held - bytes);
  }

  #resumeIfRoom(): void {
    if (!this.#source.isPaused() || this.#done || this.#sourceEnded) return;
    if (this.#held + this.#destination.writableLength <= this.#capacity / 2) this.#source.resume();
  }

  /** The ending has come out of the chain. */
  #finish(ending: Ending): void {
    if (this.#done) return;
    this.#done = true;
    if (ending === "end") this.#destination.end();
    else {
      this.#source.pause();
      this.#destination.destroySoon();
    }
    this.#host.linkDone(this, ending);
  }

  /** The destination is gone: nothing can arrive any more. */
  #abort(): void {
    for (const stage of this.#stages) stage.abort();
    if (this.#done) return;
    this.#done = true;
    this.#source.pause();
    this.#host.linkDone(this, "close");
  }
}
