/**
 * Variables by how much they were in conflicts of late (VSIDS, Moskewicz et al. 2001): a heap of those
 * that were put in, the most active first.
 */
export class Activity {
  readonly #heap: number[] = [];
  readonly #place: number[] = [];
  readonly #score: number[] = [];
  #step = 1;

  add(variable: number): void {
    this.#score[variable] = 0;
    this.#place[variable] = -1;
  }

  insert(variable: number): void {
    if (this.#place[variable]! >= 0) return;
    this.#place[variable] = this.#heap.push(variable) - 1;
    this.#up(this.#heap.length - 1);
  }

  /** Takes out the most active, −1 if there is none. */
  pop(): number {
    const heap = this.#heap;
    if (heap.length === 0) return -1;
    const top = heap[0]!;
    const last = heap.pop()!;
    this.#place[top] = -1;
    if (heap.length > 0) {
      heap[0] = last;
      this.#place[last] = 0;
      this.#down(0);
    }
    return top;
  }

  bump(variable: number): void {
    this.#score[variable]! += this.#step;
    if (this.#score[variable]! > 1e100) {
      for (let v = 0; v < this.#score.length; v++) this.#score[v]! *= 1e-100;
      this.#step *= 1e-100;
    }
    if (this.#place[variable]! >= 0) this.#up(this.#place[variable]!);
  }

  decay(): void {
    this.#step /= 0.95;
  }

  /** Of two equally active ones the older comes first. */
  isBefore(a: number, b: number): boolean {
    const difference = this.#score[a]! - this.#score[b]!;
    return difference > 0 || (difference === 0 && a < b);
  }

  #up(start: number): void {
    const heap = this.#heap;
    const variable = heap[start]!;
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isBefore(variable, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      this.#place[heap[at]!] = at;
      at = parent;
    }
    heap[at] = variable;
    this.#place[variable] = at;
  }

  #down(start: number): void {
    const heap = this.#heap;
    const variable = heap[start]!;
    let at = start;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!this.isBefore(heap[child]!, variable)) break;
      heap[at] = heap[child]!;
      this.#place[heap[at]!] = at;
      at = child;
    }
    heap[at] = variable;
    this.#place[variable] = at;
  }
}
