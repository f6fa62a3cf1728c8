const MaximumProcess = 2 ** 31 - 1;

/** The sessions of a history in order of first appearance, under the names that their tool gave them. */
export class Sessions {
  readonly names: (number | string)[] = [];
  readonly #numbers = new Map<number | string, number>();

  /** The dense number of a session. */
  number(name: number | string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.names.length;
      this.names.push(name);
      this.#numbers.set(name, number);
    }
    return number;
  }

  /**
   * The process of each session: the number that its tool gave it, if every session has one that a process can
   * have; else they are numbered in order of first appearance, and the note says so.
   */
  processes(): { readonly processes: readonly number[]; readonly note?: string } {
    const given = this.names.filter(
      (name): name is number =>
        typeof name === "number" && Number.isInteger(name) && name >= 0 && name <= MaximumProcess,
    );
    if (given.length === this.names.length) return { processes: given };
    const odd = this.names.find((name) => typeof name === "string" || name < 0 || name > MaximumProcess);
    return {
      processes: this.names.map((_, number) => number),
      note: `Sessions are numbered in order of first appearance, since a process cannot be ${JSON.stringify(odd)}.`,
    };
  }
}
