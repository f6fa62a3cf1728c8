import { patternWords, type Nonlinearizable } from "../../evidence.ts";
import { counted, duration } from "../../text.ts";

/** Values and operations that are named. */
const NamedMax = 12;

/** What is known of the operation that fits nowhere, beside the picture. */
export function Facts(props: {
  evidence: Nonlinearizable;
  name: (index: number) => string;
  onSelect: (index: number) => void;
}) {
  const { evidence, name, onSelect } = props;
  const { pattern, operation, against, allowed, allowedComplete, staleness, needed, engine } = evidence;
  const link = (index: number) => (
    <button key={index} class="link mono" onClick={() => onSelect(index)}>
      {name(index)}
    </button>
  );
  return (
    <dl class="facts">
      {pattern === "" ? null : (
        <Fact term="What it is">
          {patternWords(pattern)}
          {operation === undefined || against === undefined ? null : (
            <>
              {": "}
              {link(operation)} against {link(against)}
            </>
          )}
        </Fact>
      )}
      {staleness === undefined ? null : (
        <Fact term="Stale by">
          at least {counted(staleness.versions, "version")} and {duration(staleness.milliseconds * 1e6)}
        </Fact>
      )}
      {allowed.length === 0 ? null : (
        <Fact term="Could have been">
          <span class="mono">{allowed.slice(0, NamedMax).join(", ")}</span>
          {allowed.length > NamedMax ? ", …" : ""}
          {allowedComplete ? ", nothing else" : ", perhaps more"}
        </Fact>
      )}
      {needed.length === 0 ? null : (
        <Fact term="Must have happened">
          {needed.slice(0, NamedMax).map((index, i) => (
            <span key={index}>
              {i === 0 ? "" : ", "}
              {link(index)}
            </span>
          ))}
          , though nobody knows the outcome: else what was seen before would be impossible too
        </Fact>
      )}
      <Fact term="How sure">
        {engine === "" ? "" : `decided by ${engine}; `}
        {evidence.verified
          ? "separate code tried every order of these operations"
          : "too many operations for separate code to try every order"}
        {evidence.refuted && evidence.verified ? ", and made sure that no other operation matters" : ""}
      </Fact>
    </dl>
  );
}

function Fact({ term, children }: { term: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}
