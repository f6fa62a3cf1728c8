import type { Random } from "../../workloads/random.ts";

/** The way that data flows: from client to server, or from server to client. */
export type Direction = "upstream" | "downstream";

/** Bytes that arrived together. `time` is when, in milliseconds of a clock that never goes back. */
export interface Chunk {
  readonly data: Buffer;
  readonly time: number;
}

/** How a stream ends: the sender has nothing more to say, or the connection is closed in both directions. */
export type Ending = "end" | "close";

/** What takes chunks and, once, an ending: a toxic's place in the chain, or the socket at its end. */
export interface Inlet {
  chunk(chunk: Chunk): void;
  end(ending: Ending): void;
}

/** What a toxic at work on one direction of one connection may do. */
export interface Outlet {
  /** Bytes passed since the toxic was added to this connection; updates of the toxic do not reset it. */
  readonly passed: number;
  readonly random: Random;
  now(): number;
  pass(chunk: Chunk): void;
  /** Loses a chunk. Bytes that are neither passed nor dropped are taken to be held, and slow the sender down. */
  drop(chunk: Chunk): void;
  /** Passes an ending on; whatever the toxic still holds or is given later is dropped. */
  finish(ending: Ending): void;
  /** Resets the connection on both sides at once, so that both peers see RST. */
  reset(): void;
}

/** A toxic at work on one direction of one connection. */
export interface Behaviour {
  chunk(chunk: Chunk): void;
  end(ending: Ending): void;
  /** Cancels its timers and hands back the chunks that it holds, oldest first; it is not used again. */
  stop(): readonly Chunk[];
}

export type AttributeKind = "int" | "int64" | "float64";

/** A kind of toxic. Attributes are numbers; `start` is called once for every connection and every update. */
export interface ToxicType<Name extends string = string> {
  readonly type: string;
  /** The name of the type in upstream's error texts. */
  readonly goName: string;
  /** The attributes in the order in which they are shown. */
  readonly attributes: Readonly<Record<Name, { readonly kind: AttributeKind; readonly initial: number }>>;
  /** How many bytes a connection may hold back for this toxic beyond the usual; 0 unless given. */
  readonly capacity?: number;
  /** Whether taking the toxic away closes the connections that it was at work on. */
  readonly closesOnRemoval?: boolean;
  /** Why attributes make no sense; undefined where they do. */
  refuse?(attributes: Readonly<Record<Name, number>>): string | undefined;
  start(attributes: Readonly<Record<Name, number>>, outlet: Outlet): Behaviour;
}

/** A toxic of one proxy: a type, its attributes now, and the share of connections that it hurts. */
export interface Toxic {
  readonly name: string;
  readonly type: ToxicType;
  /** The stream as it was given; matched without regard to case. */
  readonly stream: string;
  readonly direction: Direction;
  toxicity: number;
  attributes: Readonly<Record<string, number>>;
  /** How often the toxic has been updated: every revision draws anew whether it hurts a connection. */
  revision: number;
}
