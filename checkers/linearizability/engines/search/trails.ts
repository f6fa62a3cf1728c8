import { Numbers } from "./numbers.ts";

/** Trails after which it pays to look for those that nobody needs any more. */
const Crowd = 1 << 18;

/**
 * How configurations were reached: each trail is one choice after another trail. Those that lead to no
 * configuration which is still there are dropped from time to time, and most trails soon share all
 * but their ends.
 */
export class Trails {
  /** The empty trail. */
  static readonly Start = -1;

  #before = new Numbers();
  #choice = new Numbers();
  #state = new Numbers();
  #crowd = Crowd;

  get length(): number {
    return this.#before.length;
  }

  /** 32-bit words held. */
  get words(): number {
    return this.#before.words + this.#choice.words + this.#state.words;
  }

  /** The trail that goes on with a choice and comes to a state. */
  add(before: number, choice: number, state: number): number {
    this.#before.push(before);
    this.#choice.push(choice);
    this.#state.push(state);
    return this.#before.length - 1;
  }

  /** The choices of a trail, in order. */
  choices(trail: number): Int32Array {
    return this.#along(trail, this.#choice);
  }

  /** The states after each choice of a trail. */
  states(trail: number): Int32Array {
    return this.#along(trail, this.#state);
  }

  /** Drops all trails from `length` on. */
  truncate(length: number): void {
    this.#before.truncate(length);
    this.#choice.truncate(length);
    this.#state.truncate(length);
  }

  get isCrowded(): boolean {
    return this.#before.length > this.#crowd;
  }

  /** Drops all that no trail of `needed` comes along; the new numbers of these. */
  compact(needed: readonly number[]): number[] {
    const { length } = this.#before;
    const number = new Int32Array(length);
    for (const trail of needed) if (trail >= 0) number[trail] = 1;
    for (let trail = length - 1; trail >= 0; trail--) {
      const before = this.#before.get(trail);
      if (number[trail] === 1 && before >= 0) number[before] = 1;
    }
    let kept = 0;
    for (let trail = 0; trail < length; trail++) {
      if (number[trail] === 0) continue;
      const before = this.#before.get(trail);
      this.#before.set(kept, before < 0 ? before : number[before]!);
      this.#choice.set(kept, this.#choice.get(trail));
      this.#state.set(kept, this.#state.get(trail));
      number[trail] = kept++;
    }
    this.truncate(kept);
    this.#crowd = Math.max(Crowd, 2 * kept);
    return needed.map((trail) => (trail < 0 ? trail : number[trail]!));
  }

  #along(trail: number, column: Numbers): Int32Array {
    let length = 0;
    for (let at = trail; at >= 0; at = this.#before.get(at)) length++;
    const along = new Int32Array(length);
    for (let at = trail; at >= 0; at = this.#before.get(at)) along[--length] = column.get(at);
    return along;
  }
}
