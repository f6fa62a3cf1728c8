import type { Random } from "../../workloads/random.ts";
import { noop } from "./toxics/noop.ts";
import type { Behaviour, Chunk, Ending, Inlet, Outlet, Toxic } from "./toxic.ts";

/** What a stage needs of the link that it is part of. */
export interface StageHost {
  readonly random: Random;
  now(): number;
  dropped(bytes: number): void;
  reset(): void;
}

/** The place of one toxic in the chain of one link: holds the behaviour at work and its state. */
export class Stage implements Inlet, Outlet {
  readonly toxic: Toxic;
  next: Inlet;
  passed = 0;
  random: Random;
  readonly #host: StageHost;
  #behaviour: Behaviour;
  #atWork = false;
  #ending: Ending | undefined;
  #ended = false;

  constructor(host: StageHost, toxic: Toxic, next: Inlet) {
    this.#host = host;
    this.toxic = toxic;
    this.next = next;
    this.random = host.random;
    this.#behaviour = this.#begin();
  }

  chunk(chunk: Chunk): void {
    if (this.#ended) this.drop(chunk);
    else this.#behaviour.chunk(chunk);
  }

  end(ending: Ending): void {
    this.#ending ??= ending;
    if (!this.#ended) this.#behaviour.end(ending);
  }

  now(): number {
    return this.#host.now();
  }

  pass(chunk: Chunk): void {
    this.passed += chunk.data.length;
    this.next.chunk(chunk);
  }

  drop(chunk: Chunk): void {
    this.#host.dropped(chunk.data.length);
  }

  reset(): void {
    this.#host.reset();
  }

  finish(ending: Ending): void {
    if (this.#ended) return;
    this.abort();
    this.next.end(ending);
  }

  /** The toxic has new attributes or toxicity: what the old behaviour holds is given to a new one. */
  update(): void {
    if (this.#ended) return;
    const held = this.#behaviour.stop();
    this.#behaviour = this.#begin();
    for (const chunk of held) this.chunk(chunk);
    if (this.#ending !== undefined) this.end(this.#ending);
  }

  /** The toxic is taken away: what it holds goes on at once, unless taking it away closes the connection. */
  remove(): void {
    if (this.#ended) return;
    const held = this.#behaviour.stop();
    if (this.#atWork && this.toxic.type.closesOnRemoval === true) {
      this.finish("close");
      return;
    }
    this.#ended = true;
    for (const chunk of held) this.next.chunk(chunk);
    if (this.#ending !== undefined) this.next.end(this.#ending);
  }

  /** The connection is gone. */
  abort(): void {
    this.#ended = true;
    for (const chunk of this.#behaviour.stop()) this.drop(chunk);
  }

  #begin(): Behaviour {
    const { name, revision, toxicity, type, attributes } = this.toxic;
    this.random = this.#host.random.split(`${name} ${revision}`);
    this.#atWork = this.random.next() / 2 ** 32 < toxicity;
    return (this.#atWork ? type : noop).start(attributes, this);
  }
}
