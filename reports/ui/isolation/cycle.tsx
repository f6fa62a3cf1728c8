import { useEffect, useMemo } from "preact/hooks";
import { inWords } from "../../../histories/json.ts";
import { dotOf } from "../../cycle-dot.ts";
import { proofSentence, type CycleEdge, type IsolationAnomaly } from "../../isolation-evidence.ts";
import { printable } from "../../text.ts";
import { CopyButton } from "../parts/copy.tsx";
import { rowOfEvent, type Operations } from "../report/operations.ts";
import { reveal, step, stepMost } from "../report/state.ts";
import {
  CardWidth,
  HeadHeight,
  layOutCycle,
  LineHeight,
  type PlacedCard,
  type PlacedEdge,
} from "./layout.ts";

interface Props {
  readonly type: string;
  readonly evidence: IsolationAnomaly;
  readonly operations: Operations;
}

/** An anomaly of isolation: the transactions as cards, what came before what as arrows, and why in words, step by step. */
export function IsolationCycle({ type, evidence, operations }: Props) {
  const { cycle, levels, alsoKnownAs, shrunk, formalism } = evidence;
  useEffect(() => {
    stepMost.value = cycle.length;
    step.value = -1;
  }, [cycle]);
  const current = currentOf(cycle);
  const proof = proofSentence(evidence);
  const name = (operation: number): string =>
    evidence.transactions.find((card) => card.operation === operation)?.name ?? `operation ${operation}`;
  const json = JSON.stringify({ type, levels, transactions: evidence.transactions, cycle }, null, 2);
  return (
    <section class="isolation-anomaly">
      <p class="chips">
        {alsoKnownAs.map((other) => (
          <span class="chip" key={other}>
            {printable(other)}
          </span>
        ))}
        {levels.map((level) => (
          <span class="chip broken" key={level} title="The weakest levels that this breaks">
            ✗ {printable(level)}
          </span>
        ))}
      </p>
      <div class="isolation-columns">
        <CyclePicture evidence={evidence} operations={operations} />
        <div>
          {cycle.length === 0 ? null : (
            <ol class="cycle-steps">
              {cycle.map((edge, i) => (
                <Step
                  key={i}
                  edge={edge}
                  name={name}
                  current={i === current}
                  onSelect={() => (step.value = i + 1)}
                />
              ))}
            </ol>
          )}
          {cycle.length === 0 ? null : <p class="muted small">So each would have to come before itself.</p>}
          {proof === "" ? null : (
            <p class="muted small">
              {evidence.verified === true ? "✓ " : ""}
              {proof}
            </p>
          )}
          {shrunk.length === 0 ? null : (
            <p class="muted small">
              {shrunk.length === 1
                ? "This transaction alone breaks"
                : `These ${shrunk.length} transactions alone break`}{" "}
              {levels[0] ?? "it"}: operations {shrunk.slice(0, 20).join(", ")}
              {shrunk.length > 20 ? ", …" : ""}.
            </p>
          )}
        </div>
      </div>
      {formalism === undefined ? null : (
        <details class="twin" open>
          <summary>In the words of {formalism.name}</summary>
          <ul>
            {formalism.sentences.map((sentence) => (
              <li key={sentence}>{printable(sentence)}</li>
            ))}
          </ul>
        </details>
      )}
      <p class="actions">
        <CopyButton text={dotOf(evidence, type)} label="Copy as DOT" />
        <CopyButton text={json} label="Copy as JSON" />
      </p>
    </section>
  );
}

/** The edge of a cycle that the steps are at; −1 if at none. */
function currentOf(cycle: IsolationAnomaly["cycle"]): number {
  return step.value < 0 ? -1 : Math.max(0, Math.min(step.value, cycle.length) - 1);
}

/** The transactions as cards and what came before what as arrows. */
export function CyclePicture({ evidence, operations }: Pick<Props, "evidence" | "operations">) {
  const layout = useMemo(() => layOutCycle(evidence), [evidence]);
  const current = currentOf(evidence.cycle);
  const select = (operation: number): void => reveal(rowOfEvent(operations, operation));
  return (
    <div class="diagram-scroll cycle-picture">
      <svg
        width={layout.width}
        height={layout.height}
        role="group"
        aria-label="Transactions and what came before what; the steps beside say the same"
      >
        <defs>
          {["ww", "wr", "rw", "so", "rt"].map((kind) => (
            <marker
              key={kind}
              id={`arrow-${kind}`}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="8"
              markerHeight="8"
              orient="auto"
            >
              <path class={`arrow-head ${kind}`} d="M0 0L8 4L0 8z" />
            </marker>
          ))}
        </defs>
        {layout.edges.map((placed, i) => (
          <Edge
            key={i}
            placed={placed}
            current={i === current}
            dim={current >= 0 && i !== current}
            onSelect={() => (step.value = i + 1)}
          />
        ))}
        {layout.cards.map((placed) => (
          <Card key={placed.card.operation} placed={placed} onSelect={() => select(placed.card.operation)} />
        ))}
      </svg>
    </div>
  );
}

function Edge({
  placed,
  current,
  dim,
  onSelect,
}: {
  placed: PlacedEdge;
  current: boolean;
  dim: boolean;
  onSelect: () => void;
}) {
  const { edge, path, labelX, labelY, anchor } = placed;
  const kind = edge.kind.slice(0, 2);
  const label =
    edge.key === undefined ? edge.kind : `${edge.kind} ${printable(inWords(edge.key)).slice(0, 12)}`;
  return (
    <g class={`cycle-edge ${kind}${current ? " current" : ""}${dim ? " dim" : ""}`} onClick={onSelect}>
      <path d={path} marker-end={`url(#arrow-${kind})`} />
      <text x={labelX} y={labelY} text-anchor={anchor}>
        {label}
      </text>
      <title>{printable(edge.because)}</title>
    </g>
  );
}

function Card({ placed, onSelect }: { placed: PlacedCard; onSelect: () => void }) {
  const { card, lines, left, top, height } = placed;
  return (
    <g
      class="transaction"
      tabIndex={0}
      role="button"
      aria-label={`${card.name}, operation ${card.operation}: ${lines.map(({ text }) => text).join(", ")}`}
      onClick={onSelect}
      onKeyDown={(event) => {
        if (event.key === "Enter") onSelect();
      }}
    >
      <rect x={left} y={top} width={CardWidth} height={height} rx="6" />
      <text class="transaction-name" x={left + 10} y={top + 18}>
        {card.name}
      </text>
      <text class="transaction-place" x={left + CardWidth - 10} y={top + 18} text-anchor="end">
        process {printable(inWords(card.process))} · op {card.operation}
      </text>
      {lines.map(({ text, relevant }, i) => {
        const y = top + HeadHeight + i * LineHeight;
        return (
          <g key={i} class={relevant ? "micro relevant" : "micro"}>
            <rect x={left + 5} y={y + 2} width={CardWidth - 10} height={LineHeight - 1} rx="3" />
            <text x={left + 10} y={y + 15}>
              {text}
            </text>
          </g>
        );
      })}
    </g>
  );
}

function Step({
  edge,
  name,
  current,
  onSelect,
}: {
  edge: CycleEdge;
  name: (operation: number) => string;
  current: boolean;
  onSelect: () => void;
}) {
  const kind = edge.kind.slice(0, 2);
  return (
    <li class={current ? "current" : ""}>
      <button class="link step-head" aria-current={current ? "step" : undefined} onClick={onSelect}>
        {name(edge.from)} came before {name(edge.to)} <span class={`edge-kind ${kind}`}>{edge.kind}</span>
      </button>
      <p>{printable(edge.because)}.</p>
      {edge.reasons.length === 0 ? null : (
        <details>
          <summary>How is that known?</summary>
          <ul>
            {edge.reasons.map((reason, i) => (
              <li key={i}>
                {name(reason.from)} came before {name(reason.to)}{" "}
                <span class={`edge-kind ${reason.kind.slice(0, 2)}`}>{reason.kind}</span>:{" "}
                {printable(reason.because)}.
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}
