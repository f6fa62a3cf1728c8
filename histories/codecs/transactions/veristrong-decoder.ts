import type { Buffer } from "node:buffer";
import type { History } from "../../history.ts";
import { Ok } from "../../operation.ts";
import { describeByte, Fault } from "../decoder.ts";
import { integerEnd, integerName, isBlank, LineDecoder } from "./line-decoder.ts";
import { AppendHead, ReadHead } from "./micro-operations.ts";
import { TransactionHistory } from "./transaction-history.ts";

const Line = "a line `session transaction A key value` or `session transaction R key length element…`";

/**
 * The text of lists that VeriStrong reads (`elle-list-append`): the number of operations, then one a line:
 * `session transaction A key value` for an append, `session transaction R key n a1 … an` for a read of a list.
 */
export class VeriStrongDecoder extends LineDecoder {
  readonly #history = new TransactionHistory();
  readonly #transactions: Map<number | string, number>[] = [];
  #announced = -1;
  #found = 0;
  #open = -1;
  #end = 0;
  // The line being read.
  #bytes!: Buffer;
  #at = 0;
  #stop = 0;

  build(): History {
    if (this.#announced < 0)
      throw new Fault(this.#end, "E_VERISTRONG", "the number of operations", "the end of the file");
    if (this.#found !== this.#announced) throw this.#miscounted(this.#end);
    this.#flush();
    return this.#history.build();
  }

  protected line(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#stop = end;
    if (this.#announced < 0) {
      const from = this.#integer("the number of operations");
      const count = integerName(bytes, from, this.#at);
      if (this.#at !== end || typeof count !== "number" || count < 0)
        throw new Fault(
          start,
          "E_VERISTRONG",
          "the number of operations",
          bytes.toString("utf8", start, end),
        );
      this.#announced = count;
      return;
    }
    if (++this.#found > this.#announced) throw this.#miscounted(start);
    const sessionAt = this.#integer();
    const session = integerName(bytes, sessionAt, this.#at);
    const idAt = this.#integer();
    this.#select(session, integerName(bytes, idAt, this.#at));
    this.#blanks();
    const type = bytes[this.#at++];
    if ((type !== 0x41 && type !== 0x52) || this.#at > end) throw this.#unexpected(this.#at - 1);
    const { operations } = this.#history;
    operations.begin(type === 0x41 ? AppendHead : ReadHead);
    this.#copy();
    operations.comma();
    if (type === 0x41) this.#copy();
    else this.#list();
    operations.close();
    this.#blanks();
    if (this.#at !== end) throw this.#unexpected(this.#at);
  }

  protected override end(at: number): void {
    this.#end = at;
  }

  #list(): void {
    const { operations } = this.#history;
    const from = this.#integer();
    const length = integerName(this.#bytes, from, this.#at);
    if (typeof length !== "number" || length < 0) throw this.#unexpected(from);
    operations.openList();
    for (let i = 0; i < length; i++) {
      if (i > 0) operations.comma();
      this.#copy();
    }
    operations.close();
  }

  #copy(): void {
    const from = this.#integer();
    this.#history.operations.integer(this.#bytes, from, this.#at);
  }

  /** Passes blanks and an integer; where that begins. */
  #integer(what = Line): number {
    this.#blanks();
    const from = this.#at;
    this.#at = integerEnd(this.#bytes, from, this.#stop, "E_VERISTRONG", what);
    return from;
  }

  #blanks(): void {
    while (this.#at < this.#stop && isBlank(this.#bytes[this.#at]!)) this.#at++;
  }

  #select(session: number | string, id: number | string): void {
    const number = this.#history.sessions.number(session);
    const known = (this.#transactions[number] ??= new Map());
    let transaction = known.get(id);
    if (transaction === undefined) {
      this.#flush();
      known.set(id, (transaction = this.#history.begin(number, Ok)));
    } else if (transaction !== this.#open) this.#flush();
    this.#open = transaction;
  }

  #flush(): void {
    if (this.#open >= 0) this.#history.flush(this.#open);
    this.#open = -1;
  }

  #miscounted(at: number): Fault {
    const more = this.#found > this.#announced;
    return new Fault(
      at,
      "E_VERISTRONG",
      `${this.#announced} operations, as the first line says`,
      more ? "one more" : `${this.#found}`,
    );
  }

  #unexpected(at: number): Fault {
    const found = describeByte(this.#bytes, at, this.#stop, "the end of the line");
    return new Fault(at, "E_VERISTRONG", Line, found);
  }
}
