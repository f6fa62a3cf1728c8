import { expect, test } from "vitest";

import { OrderedInbox, type InboxConnection, type Received } from "./ordered-inbox.ts";
import { dataLine, openLine } from "./ordered-words.ts";

/** What becomes of messages with these numbers, on a connection that opened a session. */
function receiving(
  inbox: OrderedInbox,
  connection: InboxConnection,
  session: string,
): (number: number) => Received["kind"] {
  inbox.receive(connection, openLine("n1", "n2", session));
  return (number) =>
    inbox.receive(connection, dataLine({ src: "n1", dest: "n2", body: { type: "test" } }, number)).kind;
}

test("takes each message once, in order; what comes again is only acknowledged", () => {
  const take = receiving(new OrderedInbox(), {}, "s");
  expect([0, 1, 1, 0, 2].map(take)).toEqual(["message", "message", "answer", "answer", "message"]);
});

test("takes nothing after a gap", () => {
  const take = receiving(new OrderedInbox(), {}, "s");
  expect([0, 2].map(take)).toEqual(["message", "broken"]);
});

test("goes on where it was on a new connection of the session, and takes nothing more of a session that has ended", () => {
  const inbox = new OrderedInbox();
  const before = receiving(inbox, {}, "s");
  expect([0, 1].map(before)).toEqual(["message", "message"]);
  expect([1, 2].map(receiving(inbox, {}, "s"))).toEqual(["answer", "message"]);
  expect([0].map(receiving(inbox, {}, "t"))).toEqual(["message"]);
  expect(before(1)).toBe("broken");
});

test("takes nothing on a connection that opened no session", () => {
  const message = dataLine({ src: "n1", dest: "n2", body: { type: "test" } }, 0);
  expect(new OrderedInbox().receive({}, message).kind).toBe("broken");
});
