/** What an event is, by number: typed arrays hold no words. */
export const eventKinds = {
  call: 0,
  message: 1,
  timer: 2,
  request: 3,
  answer: 4,
  disk: 5,
  release: 6,
  wake: 7,
  /** Cancelled while it waited for a node that did not run. */
  nothing: 8,
} as const;

const firstCapacity = 256;
const notQueued = -1;

/** Ranks are below this. */
export const tieRanks = 16;
/** More than events ever were in one queue. */
const afterAllSequences = 2 ** 48;

/**
 * Events in the order of time, and those of one time in the order of their ranks, and then of being added. A binary heap
 * over typed arrays; an event is a slot, a number, whose fields stand in the columns below and are the
 * caller's to set. Slots are used again, so that an event costs no allocation. A slot that was taken from
 * the queue is the caller's until it is freed; meanwhile it may be put back.
 */
export class EventQueue {
  kind = new Uint8Array(firstCapacity);
  /** Index of the node at which it happens. */
  node = new Int32Array(firstCapacity);
  /** Index of the link on which it comes. */
  link = new Int32Array(firstCapacity);
  /** Number of the message, in all; and on its link. */
  message = new Float64Array(firstCapacity);
  order = new Float64Array(firstCapacity);
  /** When it was sent. */
  sent = new Float64Array(firstCapacity);
  /** Which life of the receiver it was sent to. */
  life = new Int32Array(firstCapacity);
  /** Message, timer name, request, what to call. */
  readonly payload: unknown[] = [];
  /** Whatever goes along with it. */
  readonly extra: unknown[] = [];
  length = 0;

  /** By slot. */
  #time = new Float64Array(firstCapacity);
  #place = new Int32Array(firstCapacity).fill(notQueued);
  /** By place in the heap. */
  #heapTime = new Float64Array(firstCapacity);
  #heapSequence = new Float64Array(firstCapacity);
  #heapSlot = new Int32Array(firstCapacity);
  #sequence = 0;
  /** Slots that were freed. */
  #free = new Int32Array(firstCapacity);
  #freeCount = 0;
  /** Slots that were ever in use. */
  #used = 0;

  /** When the next event is due; Infinity when there is none. */
  due(): number {
    return this.length === 0 ? Infinity : (this.#heapTime[0] ?? Infinity);
  }

  /** A new event; its other fields hold anything. */
  add(time: number, kind: number, node: number, payload: unknown, rank = 0): number {
    const slot = this.#freeCount > 0 ? (this.#free[--this.#freeCount] ?? 0) : this.#newSlot();
    this.kind[slot] = kind;
    this.node[slot] = node;
    this.payload[slot] = payload;
    this.put(slot, time, rank);
    return slot;
  }

  /** Puts a slot that is not queued into the queue: behind all that is there for the same time, of no higher rank. */
  put(slot: number, time: number, rank = 0): void {
    this.#time[slot] = time;
    this.#rise(this.length++, time, rank * afterAllSequences + this.#sequence++, slot);
  }

  /** Takes out the next event: its slot, or −1. */
  take(): number {
    if (this.length === 0) return -1;
    const slot = this.#heapSlot[0] ?? 0;
    this.#place[slot] = notQueued;
    const last = --this.length;
    if (last > 0)
      this.#sink(0, this.#heapTime[last] ?? 0, this.#heapSequence[last] ?? 0, this.#heapSlot[last] ?? 0);
    return slot;
  }

  /** How many slots are somebody's: queued, or taken and not freed. */
  get inUse(): number {
    return this.#used - this.#freeCount;
  }

  queued(slot: number): boolean {
    return this.#place[slot] !== notQueued;
  }

  /** When the event of a slot is, or was, due. */
  time(slot: number): number {
    return this.#time[slot] ?? 0;
  }

  /** Takes an event out before its time; the slot is the caller's. */
  remove(slot: number): void {
    const place = this.#place[slot] ?? notQueued;
    if (place === notQueued) throw new Error("the event is not in the queue");
    this.#place[slot] = notQueued;
    const last = --this.length;
    if (place === last) return;
    const time = this.#heapTime[last] ?? 0;
    const sequence = this.#heapSequence[last] ?? 0;
    const moved = this.#heapSlot[last] ?? 0;
    if (place > 0 && this.#before(time, sequence, (place - 1) >> 1)) this.#rise(place, time, sequence, moved);
    else this.#sink(place, time, sequence, moved);
  }

  /** Takes an event out before its time, and gives its slot back. */
  drop(slot: number): void {
    this.remove(slot);
    this.free(slot);
  }

  /** Gives a slot back that is not queued. */
  free(slot: number): void {
    this.payload[slot] = undefined;
    this.extra[slot] = undefined;
    if (this.#freeCount === this.#free.length) this.#free = larger(this.#free);
    this.#free[this.#freeCount++] = slot;
  }

  /** The slots of all queued events that are of this kind, in the order in which they are due. */
  slotsOf(kind: number): number[] {
    const places: number[] = [];
    for (let place = 0; place < this.length; place++) {
      if (this.kind[this.#heapSlot[place] ?? 0] === kind) places.push(place);
    }
    const time = this.#heapTime;
    const sequence = this.#heapSequence;
    places.sort((a, b) => (time[a] ?? 0) - (time[b] ?? 0) || (sequence[a] ?? 0) - (sequence[b] ?? 0));
    return places.map((place) => this.#heapSlot[place] ?? 0);
  }

  #before(time: number, sequence: number, place: number): boolean {
    const other = this.#heapTime[place] ?? 0;
    return time < other || (time === other && sequence < (this.#heapSequence[place] ?? 0));
  }

  #rise(from: number, time: number, sequence: number, slot: number): void {
    const times = this.#heapTime;
    const sequences = this.#heapSequence;
    const slots = this.#heapSlot;
    const places = this.#place;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const parentTime = times[parent] ?? 0;
      if (parentTime < time || (parentTime === time && (sequences[parent] ?? 0) < sequence)) break;
      const parentSlot = slots[parent] ?? 0;
      times[place] = parentTime;
      sequences[place] = sequences[parent] ?? 0;
      slots[place] = parentSlot;
      places[parentSlot] = place;
      place = parent;
    }
    times[place] = time;
    sequences[place] = sequence;
    slots[place] = slot;
    places[slot] = place;
  }

  #sink(from: number, time: number, sequence: number, slot: number): void {
    const times = this.#heapTime;
    const sequences = this.#heapSequence;
    const slots = this.#heapSlot;
    const places = this.#place;
    const length = this.length;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= length) break;
      let childTime = times[child] ?? 0;
      const right = child + 1;
      if (right < length) {
        const rightTime = times[right] ?? 0;
        if (
          rightTime < childTime ||
          (rightTime === childTime && (sequences[right] ?? 0) < (sequences[child] ?? 0))
        ) {
          child = right;
          childTime = rightTime;
        }
      }
      if (time < childTime || (time === childTime && sequence < (sequences[child] ?? 0))) break;
      const childSlot = slots[child] ?? 0;
      times[place] = childTime;
      sequences[place] = sequences[child] ?? 0;
      slots[place] = childSlot;
      places[childSlot] = place;
      place = child;
    }
    times[place] = time;
    sequences[place] = sequence;
    slots[place] = slot;
    places[slot] = place;
  }

  #newSlot(): number {
    const slot = this.#used++;
    if (slot === this.kind.length) this.#grow();
    return slot;
  }

  #grow(): void {
    this.kind = larger(this.kind);
    this.node = larger(this.node);
    this.link = larger(this.link);
    this.message = larger(this.message);
    this.order = larger(this.order);
    this.sent = larger(this.sent);
    this.life = larger(this.life);
    this.#time = larger(this.#time);
    const used = this.#place.length;
    this.#place = larger(this.#place).fill(notQueued, used);
    this.#heapTime = larger(this.#heapTime);
    this.#heapSequence = larger(this.#heapSequence);
    this.#heapSlot = larger(this.#heapSlot);
  }
}

type Column = Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** A column twice as long, with the same beginning. */
function larger<Kind extends Column>(column: Kind): Kind {
  const grown =
    column instanceof Uint8Array
      ? new Uint8Array(2 * column.length)
      : column instanceof Int32Array
        ? new Int32Array(2 * column.length)
        : new Float64Array(2 * column.length);
  grown.set(column);
  return grown as Kind;
}
