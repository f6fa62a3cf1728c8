/** A node's output, from this moment on until its next. */
export interface DetectorSample {
  /** In any unit, the same for all. */
  readonly time: number;
  readonly node: string;
  readonly suspects: readonly string[];
  /** Whom it takes for the leader, where it has an opinion. */
  readonly leader?: string;
}

/** A node goes down or comes back. */
export interface LifeEvent {
  readonly time: number;
  readonly node: string;
  readonly up: boolean;
}

/** What a failure detector did in a run, by the properties of Chandra & Toueg 1996. */
export interface DetectorReport {
  /** From when on every node that is up in the end suspects every node that is down in the end; Infinity if never. */
  readonly completeFrom: number;
  /** How often somebody began to suspect a node that was up. None: strong accuracy. */
  readonly falseSuspicions: number;
  /** From when on no node that is up in the end is suspected by another such: eventual strong accuracy. */
  readonly accurateFrom: number;
  /** From when on all nodes that are up in the end name the same leader, one of themselves. */
  readonly oneLeaderFrom: number;
}

/** Judges what a failure detector said in a run, against who was up and down. Samples and events are in order of time. */
export function judgeFailureDetector(
  nodes: readonly string[],
  samples: readonly DetectorSample[],
  lives: readonly LifeEvent[],
): DetectorReport {
  const correct = nodes.filter((node) => lives.findLast((event) => event.node === node)?.up !== false);
  const down = nodes.filter((node) => !correct.includes(node));
  const latest = new Map<string, DetectorSample>();
  const up = new Set(nodes);
  const since = { complete: Infinity, accurate: Infinity, leader: Infinity };
  let falseSuspicions = 0;
  let nextLife = 0;
  for (const sample of samples) {
    for (; nextLife < lives.length && lives[nextLife]!.time <= sample.time; nextLife++) {
      const { node, up: isUp } = lives[nextLife]!;
      if (isUp) up.add(node);
      else up.delete(node);
    }
    const before = latest.get(sample.node)?.suspects ?? [];
    falseSuspicions += sample.suspects.filter((each) => up.has(each) && !before.includes(each)).length;
    latest.set(sample.node, sample);
    const outputs = correct.map((node) => latest.get(node));
    const holds = (property: (output: DetectorSample) => boolean): boolean =>
      outputs.every((output) => output !== undefined && property(output));
    const [first] = outputs;
    const lasting = {
      complete: holds(({ suspects }) => down.every((each) => suspects.includes(each))),
      accurate: holds(({ suspects }) => !correct.some((each) => suspects.includes(each))),
      leader: holds(({ leader }) => leader === first?.leader && correct.includes(leader ?? "")),
    };
    for (const property of ["complete", "accurate", "leader"] as const) {
      if (!lasting[property]) since[property] = Infinity;
      else since[property] = Math.min(since[property], sample.time);
    }
  }
  // Nobody can suspect a node before it is down.
  const lastDown = Math.max(0, ...lives.filter(({ node }) => down.includes(node)).map(({ time }) => time));
  return {
    completeFrom: Math.max(since.complete, lastDown),
    falseSuspicions,
    accurateFrom: since.accurate,
    oneLeaderFrom: since.leader,
  };
}
