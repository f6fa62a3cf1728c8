import { randomUUID } from "node:crypto";

import type { Envelope } from "./envelope.ts";
import { acknowledgement, dataOf, openedBody, openedSession } from "./ordered-words.ts";

interface Session {
  readonly id: string;
  /** Number of the message that is expected. */
  next: number;
}

/** What to do with a line of an ordered link. */
export type Received =
  /** Nothing of it is the protocol's; `answer` goes back. */
  | { readonly kind: "answer"; readonly answer: Envelope }
  | { readonly kind: "message"; readonly envelope: Envelope; readonly answer: Envelope }
  /** Bytes were lost before it: the connection is of no use any more, and the sender will make another. */
  | { readonly kind: "broken" }
  /** Not a line of an ordered link. */
  | { readonly kind: "other" };

/** The receiving end of the ordered links of a node: who has said how much. */
export class OrderedInbox {
  readonly #incarnation: string = randomUUID();
  readonly #sessions = new Map<string, Session>();

  /** Takes what came on a connection that `connection` stands for, in the order in which it came. */
  receive(connection: InboxConnection, { src, dest, body }: Envelope): Received {
    const back = (answer: Envelope["body"]): Envelope => ({ src: dest, dest: src, body: answer });
    const opening = openedSession(body);
    if (opening !== undefined) {
      const known = this.#sessions.get(src);
      const session = known?.id === opening ? known : { id: opening, next: 0 };
      this.#sessions.set(src, session);
      connection.session = session;
      return { kind: "answer", answer: back(openedBody(this.#incarnation, session.next)) };
    }
    const data = dataOf(body);
    if (data === undefined) return { kind: "other" };
    const session = this.#sessions.get(src);
    // An old connection of an ended session may still deliver what was on its way.
    if (session === undefined || session !== connection.session || data.number > session.next)
      return { kind: "broken" };
    if (data.number < session.next) return { kind: "answer", answer: back(acknowledgement(session.next)) };
    session.next++;
    return {
      kind: "message",
      envelope: { src, dest, body: data.message },
      answer: back(acknowledgement(session.next)),
    };
  }
}

/** A connection on which ordered messages come in. */
export interface InboxConnection {
  session?: Session;
}
