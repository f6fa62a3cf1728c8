import { Activity } from "./activity.ts";
import { takeRoom, type Effort, type OrderedGraph } from "./order.ts";

/** An edge that a literal brings. */
export interface ChoiceEdge {
  readonly from: number;
  readonly to: number;
  readonly label: number;
}

/** A literal: twice its variable, one more if it is denied. */
export type Literal = number;
export const denied = (literal: Literal): Literal => literal ^ 1;
export const variableOf = (literal: Literal): number => literal >> 1;

/** A disjunction of literals, and how it is known: from a cycle through these nodes, or by resolving other clauses. */
export interface Clause {
  readonly literals: Literal[];
  readonly nodes: readonly number[];
  readonly parents: readonly Clause[];
  /** Variables fixed from the start whose literals were left out. */
  readonly fixed: readonly number[];
}

export type SearchResult = "satisfied" | "unsatisfiable" | "exhausted";

const Unassigned = -1;
/** The clock is asked after so many decisions. */
const AskTime = 256;
/** What there is of each in memory, roughly. */
const BytesOfVariable = 320;
const BytesOfEdge = 100;
const BytesOfClause = 240;
/** Conflicts before the first restart, and the unit of those before the others (Luby, Sinclair and Zuckerman 1993). */
const ConflictsPerRestart = 64;

/** What a search asks of the order at hand. */
export interface Guide {
  /** Which of the two literals of a variable to try first. */
  prefer(variable: number): Literal;
  /** Whether the order at hand gets a variable right by itself, so that it need not be decided. */
  isRight(variable: number): boolean;
  /** Offers variables that the order at hand may get wrong to `Search.consider`; false if there are none left. */
  find(): boolean;
}

/**
 * Conflict-driven clause learning over choices that bring edges of a graph, which must stay acyclic: the theory says which choices
 * closed a cycle, and that clause is learned from like any other. Deterministic.
 *
 * Only what the order of the graph gets wrong is decided, so that what is far from any trouble is left alone; but the variables of
 * clauses that were added, which nothing else enforces, are all decided. What was decided stays true in the order when it is taken back,
 * until nodes move again.
 *
 * Choices may be added at any time; clauses too, which takes back all that was decided.
 */
export class Search {
  readonly graph: OrderedGraph;
  readonly #effort: Effort;
  readonly #guide: Guide;
  readonly #edges: (readonly ChoiceEdge[])[] = [];
  readonly #activity = new Activity();
  /** By literal: 1 true, 0 false, −1 open. */
  readonly #value: number[] = [];
  readonly #level: number[] = [];
  readonly #reason: (Clause | undefined)[] = [];
  readonly #seen: number[] = [];
  /** 1 for variables that must be decided, whatever the order at hand says of them. */
  readonly #must: number[] = [];
  readonly #watches: Clause[][] = [];
  readonly #trail: Literal[] = [];
  /** Length of the trail, and edges of the graph, where each level starts. */
  readonly #levels: { readonly trail: number }[] = [];
  /** Edges of the graph before each literal of the trail brought its own. */
  readonly #sizes: number[] = [];
  #head = 0;
  #contradiction: Clause | undefined;
  conflicts = 0;
  #restart = 0;

  constructor(graph: OrderedGraph, effort: Effort, guide: Guide) {
    this.graph = graph;
    this.#effort = effort;
    this.#guide = guide;
  }

  get variables(): number {
    return this.#level.length;
  }

  /** A variable that brings the first edges if it is true, and the others if it is false. */
  addVariable(ifTrue: readonly ChoiceEdge[], ifFalse: readonly ChoiceEdge[]): number {
    const variable = this.#level.length;
    takeRoom(this.#effort, BytesOfVariable + (ifTrue.length + ifFalse.length) * BytesOfEdge);
    this.#edges.push(ifTrue, ifFalse);
    this.#value.push(Unassigned, Unassigned);
    this.#level.push(0);
    this.#reason.push(undefined);
    this.#seen.push(0);
    this.#must.push(0);
    this.#watches.push([], []);
    this.#activity.add(variable);
    return variable;
  }

  /** Has a variable decided, if the order at hand still gets it wrong then. */
  consider(variable: number): void {
    this.#activity.insert(variable);
  }

  edgesOf(literal: Literal): readonly ChoiceEdge[] {
    return this.#edges[literal]!;
  }

  isTrue(literal: Literal): boolean {
    return this.#value[literal] === 1;
  }

  /** Adds a clause that always holds, `nodes` say why; one of its literals may be the first to be decided. */
  addClause(literals: readonly Literal[], nodes: readonly number[], first?: Literal): void {
    this.#backtrack(0);
    const open = literals.filter((literal) => this.#value[literal] !== 0);
    const rest = literals.filter((literal) => this.#value[literal] === 0);
    if (first !== undefined) this.#activity.bump(variableOf(first));
    const clause: Clause = { literals: [...open, ...rest], nodes, parents: [], fixed: [] };
    for (const literal of literals) {
      this.#must[variableOf(literal)] = 1;
      this.#activity.bump(variableOf(literal));
      this.#activity.insert(variableOf(literal));
    }
    if (open.length === 0) this.#contradiction ??= clause;
    else if (open.length === 1) {
      if (this.#value[open[0]!] === Unassigned) this.#assign(open[0]!, clause);
    } else this.#watch(clause);
  }

  /** Once unsatisfiable: nodes of all cycles, and variables, that the contradiction rests on. */
  core(): { nodes: number[]; variables: number[] } {
    const nodes = new Set<number>();
    const variables = new Set<number>();
    const clauses = new Set<Clause>();
    const open: Clause[] = [];
    const visit = (clause: Clause | undefined): void => {
      if (clause === undefined || clauses.has(clause)) return;
      clauses.add(clause);
      open.push(clause);
    };
    visit(this.#contradiction);
    // The list grows while it is gone through.
    for (const clause of open) {
      for (const node of clause.nodes) nodes.add(node);
      for (const parent of clause.parents) visit(parent);
      for (const variable of clause.fixed) {
        variables.add(variable);
        visit(this.#reason[variable]);
      }
      for (const literal of clause.literals) {
        variables.add(variableOf(literal));
        if (this.#level[variableOf(literal)] === 0) visit(this.#reason[variableOf(literal)]);
      }
    }
    return { nodes: [...nodes], variables: [...variables] };
  }

  /** Decides variables until the order of the graph gets none wrong, or finds that it cannot be. */
  solve(): SearchResult {
    let untilRestart = ConflictsPerRestart * luby(this.#restart);
    for (let steps = 1; ; steps++) {
      if (steps % AskTime === 0 && this.#effort.isOver?.() === true) return "exhausted";
      if (this.#contradiction !== undefined) return "unsatisfiable";
      const conflict = this.#propagate();
      if (--this.#effort.left < 0 || !takeRoom(this.#effort, 0)) return "exhausted";
      if (conflict !== undefined) {
        this.conflicts++;
        untilRestart--;
        if (this.#levels.length === 0) {
          this.#contradiction = conflict;
          return "unsatisfiable";
        }
        this.#learn(conflict);
        continue;
      }
      if (untilRestart <= 0) {
        untilRestart = ConflictsPerRestart * luby(++this.#restart);
        this.#backtrack(0);
      }
      const variable = this.#next();
      if (variable < 0) return "satisfied";
      this.#levels.push({ trail: this.#trail.length });
      this.#assign(this.#guide.prefer(variable), undefined);
    }
  }

  #next(): number {
    do {
      for (let variable = this.#activity.pop(); variable >= 0; variable = this.#activity.pop())
        if (
          this.#value[variable * 2] === Unassigned &&
          (this.#must[variable] === 1 || !this.#guide.isRight(variable))
        )
          return variable;
    } while (this.#guide.find());
    return -1;
  }

  #watch(clause: Clause): void {
    takeRoom(
      this.#effort,
      BytesOfClause + (clause.literals.length + clause.nodes.length + clause.parents.length) * 8,
    );
    this.#watches[clause.literals[0]!]!.push(clause);
    this.#watches[clause.literals[1]!]!.push(clause);
  }

  #assign(literal: Literal, reason: Clause | undefined): void {
    this.#value[literal] = 1;
    this.#value[denied(literal)] = 0;
    this.#level[variableOf(literal)] = this.#levels.length;
    this.#reason[variableOf(literal)] = reason;
    this.#trail.push(literal);
  }

  #propagate(): Clause | undefined {
    while (this.#head < this.#trail.length) {
      const literal = this.#trail[this.#head]!;
      this.#sizes[this.#head] = this.graph.size;
      this.#head++;
      const conflict = this.#bring(literal) ?? this.#follow(denied(literal));
      if (conflict !== undefined) return conflict;
    }
    return undefined;
  }

  /** Adds the edges of a literal to the graph. */
  #bring(literal: Literal): Clause | undefined {
    for (const { from, to, label } of this.#edges[literal]!) {
      if (this.graph.add(from, to, label, literal)) continue;
      const blamed = new Set<Literal>([literal]);
      const nodes = [from, to];
      for (const edge of this.graph.cycle) {
        nodes.push(this.graph.toOf(edge));
        const other = this.graph.literalOf(edge);
        if (other >= 0) blamed.add(other);
      }
      return { literals: [...blamed].map(denied), nodes, parents: [], fixed: [] };
    }
    return undefined;
  }

  /** Clauses that watch a literal that has become false. */
  #follow(literal: Literal): Clause | undefined {
    const value = this.#value;
    const watching = this.#watches[literal]!;
    let kept = 0;
    for (let i = 0; i < watching.length; i++) {
      const clause = watching[i]!;
      const { literals } = clause;
      if (literals[0] === literal) {
        literals[0] = literals[1]!;
        literals[1] = literal;
      }
      if (value[literals[0]!] === 1) {
        watching[kept++] = clause;
        continue;
      }
      let moved = false;
      for (let j = 2; j < literals.length; j++) {
        if (value[literals[j]!] === 0) continue;
        literals[1] = literals[j]!;
        literals[j] = literal;
        this.#watches[literals[1]]!.push(clause);
        moved = true;
        break;
      }
      if (moved) continue;
      watching[kept++] = clause;
      if (value[literals[0]!] === 0) {
        for (let j = i + 1; j < watching.length; j++) watching[kept++] = watching[j]!;
        watching.length = kept;
        return clause;
      }
      this.#assign(literals[0]!, clause);
    }
    watching.length = kept;
    return undefined;
  }

  /** Learns the first unique implication point of a conflict, and goes back to where it implies something. */
  #learn(conflict: Clause): void {
    const level = this.#level;
    // A cycle may be closed by what was decided before the last decision.
    let last = 0;
    for (const literal of conflict.literals) last = Math.max(last, level[variableOf(literal)]!);
    if (last === 0) {
      this.#contradiction = conflict;
      return;
    }
    this.#backtrackKeeping(last);
    const seen = this.#seen;
    const learned: Literal[] = [0];
    const parents: Clause[] = [];
    const fixed: number[] = [];
    let open = 0;
    let at = this.#trail.length;
    let clause: Clause | undefined = conflict;
    let resolved = -1;
    do {
      if (clause !== undefined) {
        parents.push(clause);
        for (const literal of clause.literals) {
          const variable = variableOf(literal);
          if (variable === resolved || seen[variable] === 1) continue;
          if (level[variable] === 0) {
            fixed.push(variable);
            continue;
          }
          seen[variable] = 1;
          this.#activity.bump(variable);
          if (level[variable] === last) open++;
          else learned.push(literal);
        }
      }
      do at--;
      while (seen[variableOf(this.#trail[at]!)] === 0);
      resolved = variableOf(this.#trail[at]!);
      clause = this.#reason[resolved];
      seen[resolved] = 0;
      open--;
    } while (open > 0);
    learned[0] = denied(this.#trail[at]!);
    for (const literal of learned) seen[variableOf(literal)] = 0;
    this.#activity.decay();

    let back = 0;
    for (let i = 1; i < learned.length; i++) {
      const of = level[variableOf(learned[i]!)]!;
      if (of <= back) continue;
      back = of;
      const second = learned[1]!;
      learned[1] = learned[i]!;
      learned[i] = second;
    }
    const whole: Clause = { literals: learned, nodes: [], parents, fixed };
    this.#backtrack(back);
    if (learned.length > 1) this.#watch(whole);
    this.#assign(learned[0], whole);
  }

  /** Gives up the levels after `last`, so that a conflict is of the last one. */
  #backtrackKeeping(last: number): void {
    if (this.#levels.length > last) this.#backtrack(last);
  }

  #backtrack(to: number): void {
    if (this.#levels.length <= to) return;
    const length = this.#levels[to]!.trail;
    // The order at hand agrees with all that brought its edges.
    const brought = this.#head - 1;
    if (this.#head > length) this.graph.shrink(this.#sizes[length]!);
    while (this.#trail.length > length) {
      const literal = this.#trail.pop()!;
      this.#value[literal] = Unassigned;
      this.#value[denied(literal)] = Unassigned;
      if (this.#trail.length >= brought || this.#must[variableOf(literal)] === 1)
        this.#activity.insert(variableOf(literal));
    }
    this.#head = Math.min(this.#head, length);
    this.#levels.length = to;
  }
}

/** 1, 1, 2, 1, 1, 2, 4, … (Luby, Sinclair & Zuckerman 1993), from place 0. */
function luby(place: number): number {
  let size = 1;
  let power = 0;
  let at = place;
  while (size < at + 1) {
    size = 2 * size + 1;
    power++;
  }
  while (size - 1 !== at) {
    size = (size - 1) >> 1;
    power--;
    at %= size;
  }
  return 2 ** power;
}
