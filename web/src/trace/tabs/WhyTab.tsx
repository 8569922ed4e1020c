/** The likely causes, best first, each with what speaks for it and against it. */

import type { Candidate, Why } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { several } from "../../ui/text";
import { tookText } from "../../ui/time";
import styles from "./WhyTab.module.css";

interface Props {
  why: Why;
  onEvent: (eventId: string) => void;
}

export function WhyTab({ why, onEvent }: Props) {
  if (!why.error) return <Empty text={why.note ?? "The trace holds no error."} />;
  return (
    <div className={styles.why}>
      <p className={styles.error}>
        <strong>{why.error}</strong> {why.where && <code>at {why.where}</code>}
      </p>
      {why.candidates.length === 0 && (
        <Empty text={why.note ?? "No event of this trace explains the error well enough to be named."} />
      )}
      <ol className={styles.candidates}>
        {why.candidates.map((candidate, at) => (
          <CandidateCard
            key={candidate.event.id + candidate.kind}
            candidate={candidate}
            rank={at + 1}
            onEvent={onEvent}
          />
        ))}
      </ol>
      <p className={styles.note}>
        {several(why.events_read, "event")} read. {why.candidates.length > 0 && why.note}
      </p>
    </div>
  );
}

interface CardProps {
  candidate: Candidate;
  rank: number;
  onEvent: (eventId: string) => void;
}

function CandidateCard({ candidate, rank, onEvent }: CardProps) {
  const { event } = candidate;
  return (
    <li className={styles.candidate} data-first={rank === 1 || undefined}>
      <header className={styles.head}>
        <span className={styles.rank}>{rank}</span>
        <span className={styles.kind}>{candidate.kind.replaceAll("_", " ")}</span>
        {candidate.where && <code>{candidate.where}</code>}
        {event.before_ms !== null && (
          <span className={styles.muted}>{tookText(event.before_ms)} before the error</span>
        )}
        <span
          className={styles.score}
          role="meter"
          aria-label="How well it is supported"
          aria-valuemin={0}
          aria-valuemax={1}
          aria-valuenow={candidate.score}
        >
          <span style={{ width: `${candidate.score * 100}%` }} />
        </span>
        <button type="button" onClick={() => onEvent(event.id)}>
          Show the event
        </button>
      </header>
      <p className={styles.summary}>{candidate.summary}</p>
      {candidate.place?.code && (
        <pre className={styles.code}>
          {candidate.place.line} {candidate.place.code}
        </pre>
      )}
      <div className={styles.reasons}>
        <Reasons title="For it" reasons={candidate.evidence} mark="+" />
        <Reasons title="Against it" reasons={candidate.against} mark="−" />
      </div>
      {candidate.chain.length > 0 && (
        <details open={rank === 1}>
          <summary>From there to the crash, in {several(candidate.chain.length, "step")}</summary>
          <ol className={styles.chain}>
            {candidate.chain.map((step, at) => (
              <li key={at}>
                {step.where && <code>{step.where}</code>} <span>{step.text}</span>
              </li>
            ))}
          </ol>
        </details>
      )}
    </li>
  );
}

function Reasons({ title, reasons, mark }: { title: string; reasons: string[]; mark: string }) {
  if (reasons.length === 0) return null;
  return (
    <div>
      <h3>{title}</h3>
      <ul data-mark={mark}>
        {reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
    </div>
  );
}
