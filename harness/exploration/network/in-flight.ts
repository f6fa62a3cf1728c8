import type { Message } from "./local-state.ts";

/** Messages in flight with those that were sent just now, by their places. */
export function withSent(messages: readonly Message[], sent: readonly Message[]): Message[] {
  const together = [...messages];
  for (const message of sent) {
    let at = together.length;
    while (at > 0 && together[at - 1]!.place > message.place) at--;
    together.splice(at, 0, message);
  }
  return together;
}

/** Of equal messages the first; on links that keep the order the first of what its sender sent in one life. */
export function deliverable(messages: readonly Message[], i: number, inOrder: boolean): boolean {
  const message = messages[i]!;
  const ordered = inOrder || message.from === message.to;
  for (let j = 0; j < i; j++) {
    const before = messages[j]!;
    if (before === message) return false;
    if (ordered && before.from === message.from && before.to === message.to && before.life === message.life)
      return false;
  }
  return true;
}

/** Without a message, and without those that must not come after it: of earlier lives of its sender. */
export function delivered(
  messages: readonly Message[],
  message: Message,
  inOrder: boolean,
): readonly Message[] {
  if (!inOrder) return messages.toSpliced(messages.indexOf(message), 1);
  const at = messages.indexOf(message);
  return messages.filter(
    (each, i) =>
      i !== at && !(each.from === message.from && each.to === message.to && each.life < message.life),
  );
}

/** What a crash of `node` leaves. What it sends to itself dies with it; so does what is on a link that keeps the order, at the receiver. */
export function afterCrash(messages: readonly Message[], node: number, inOrder: boolean): readonly Message[] {
  return messages.filter(({ from, to }) => to !== node || (from !== node && !inOrder));
}

/** How many messages that are in flight on the same link, from the same life of its sender, come before. */
export function placeOnLink(messages: readonly Message[], at: number): number {
  const { from, to, life } = messages[at]!;
  let place = 0;
  for (let i = 0; i < at; i++) {
    const before = messages[i]!;
    if (before.from === from && before.to === to && before.life === life) place++;
  }
  return place;
}
