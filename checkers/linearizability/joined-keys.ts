/**
 * Keys that some operation joins, directly or through others, as groups: union–find with path halving
 * (Tarjan & van Leeuwen 1984). Keys are numbers.
 */
export class JoinedKeys {
  readonly #parent = new Map<number, number>();

  /** Adds a key, in a group of its own unless it is in one already. */
  add(key: number): void {
    if (!this.#parent.has(key)) this.#parent.set(key, key);
  }

  join(a: number, b: number): void {
    this.add(a);
    this.add(b);
    const [first, second] = [this.groupOf(a), this.groupOf(b)];
    if (first !== second) this.#parent.set(Math.max(first, second), Math.min(first, second));
  }

  /** The key that stands for the group of `key`. */
  groupOf(key: number): number {
    let at = key;
    for (;;) {
      const parent = this.#parent.get(at) ?? at;
      if (parent === at) return at;
      const grandparent = this.#parent.get(parent) ?? parent;
      this.#parent.set(at, grandparent);
      at = grandparent;
    }
  }

  /** The keys of each group, by the key that stands for it. */
  groups(): Map<number, number[]> {
    const groups = new Map<number, number[]>();
    for (const key of this.#parent.keys()) {
      const group = this.groupOf(key);
      const members = groups.get(group);
      if (members === undefined) groups.set(group, [key]);
      else members.push(key);
    }
    return groups;
  }
}
