import { checkerFor, type CheckRequest } from "../../../checkers/catalogue.ts";
import type { Checker } from "../../../checkers/checker.ts";
import type { Violation } from "../../../checkers/consensus/monitor.ts";
import { HistoryBuilder } from "../../../histories/builder.ts";
import type { History } from "../../../histories/history.ts";
import type { Completion, Invocation } from "../../../systems/contracts/client.ts";
import { completionOf, operationAsked } from "../../vocabulary.ts";
import type { Answer } from "./handler-run.ts";
import type { Asked } from "./hosts.ts";
import { wordsOf } from "./local-state.ts";
import { Pool, type Fingerprinted } from "./pool.ts";
import { renamings } from "./renamings.ts";

/** A client asked, or heard that it was done. */
interface Event {
  readonly asked: Asked;
  /** Absent: it asked. */
  readonly answer?: Answer;
}

/** What clients have seen so far; the same for pasts that no checker tells apart. */
export interface Past extends Fingerprinted {
  readonly events: readonly Event[];
  readonly violation?: Violation;
  /** What follows, by what happened. */
  readonly next: Map<number, Past>;
}

/**
 * Keeps what clients have seen, and judges it by a checker of histories at every answer. Only what real time
 * says is kept: who asked after which answers. An operation that certainly did not happen leaves nothing.
 */
export class Pasts {
  readonly #checker: Checker;
  readonly #pool = new Pool<Past>();
  readonly #identity = renamings([]);

  constructor(request: CheckRequest) {
    this.#checker = checkerFor(request);
  }

  begin(): Past {
    return this.#past([]);
  }

  asked(past: Past, asked: Asked): Past {
    return this.#after(past, 2 * asked.number, () => withEvent(past.events, { asked }));
  }

  answered(past: Past, asked: Asked, answer: Answer): Past {
    return this.#after(past, 2 * answer.number + 1, () => {
      const { type } = completionOf(operationOf(asked), answer.body);
      if (type === "ok") return withEvent(past.events, { asked, answer });
      return type === "fail" ? past.events.filter((event) => event.asked !== asked) : past.events;
    });
  }

  #after(past: Past, key: number, events: () => readonly Event[]): Past {
    const known = past.next.get(key);
    if (known !== undefined) return known;
    const next = this.#past(events());
    past.next.set(key, next);
    return next;
  }

  #past(events: readonly Event[]): Past {
    const content = events.map(({ asked, answer }) => [asked.number, answer?.body]);
    const words = wordsOf(this.#identity, content);
    return this.#pool.get(words, () => {
      const violation = events.at(-1)?.answer === undefined ? undefined : this.#judge(events);
      return { events, words, next: new Map(), ...(violation === undefined ? {} : { violation }) };
    });
  }

  #judge(events: readonly Event[]): Violation | undefined {
    // Who the members are is nothing that models of data know.
    const ofData = events.filter(({ asked }) => asked.body["type"] !== "reconfigure");
    const { checker, valid, anomalies } = this.#checker.check(historyOf(ofData));
    if (valid !== false) return undefined;
    const [first] = anomalies;
    return {
      property: checker,
      nodes: [],
      explanation: first?.explanation ?? "What clients saw has no explanation.",
    };
  }
}

/** Askings in a row, and answers in a row, may come in any order: they stand in the order of their clients. */
function withEvent(events: readonly Event[], event: Event): Event[] {
  let place = events.length;
  for (; place > 0; place--) {
    const before = events[place - 1]!;
    if ((before.answer === undefined) !== (event.answer === undefined)) break;
    if (before.asked.number < event.asked.number) break;
  }
  return events.toSpliced(place, 0, event);
}

/** Each operation is a process of its own, so that one without an answer takes none with it. */
function historyOf(events: readonly Event[]): History {
  const builder = new HistoryBuilder();
  for (const [at, { asked, answer }] of events.entries()) {
    // A millisecond apart, for those who read it.
    const time = at * 1e6;
    const operation = operationOf(asked);
    if (answer === undefined) {
      builder.add({ ...operation, time, type: "invoke" });
      continue;
    }
    const completion: Completion = completionOf(operation, answer.body);
    const value = completion.value === undefined ? operation.value : completion.value;
    builder.add({ ...operation, time, type: completion.type, value });
  }
  return builder.build();
}

function operationOf({ number, body }: Asked): Invocation {
  return operationAsked(number, body);
}
