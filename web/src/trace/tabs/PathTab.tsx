/** The chain of spans that a trace waited for, with the share of the time that each took itself. */

import { useMemo, useState } from "react";

import type { PathStep } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { LongList } from "../../ui/LongList";
import { several } from "../../ui/text";
import { tookText } from "../../ui/time";
import styles from "./PathTab.module.css";

interface Props {
  steps: readonly PathStep[];
  total: number;
  tookMs: number;
  selected: string | null;
  onSpan: (spanId: string) => void;
}

export function PathTab({ steps, total, tookMs, selected, onSpan }: Props) {
  const [isByShare, setByShare] = useState(false);
  const shown = useMemo(
    () => (isByShare ? steps.toSorted((one, other) => other.on_path_ms - one.on_path_ms) : steps),
    [steps, isByShare],
  );
  if (steps.length === 0) return <Empty text="The trace took no time, so that nothing was waited for." />;
  return (
    <div className={styles.path}>
      <div className={styles.head}>
        <p>
          {several(total, "step")}, one after the other, took the {tookText(tookMs)}: only what is
          here can make the trace shorter.
        </p>
        <button type="button" aria-pressed={isByShare} onClick={() => setByShare(!isByShare)}>
          Longest first
        </button>
      </div>
      <LongList
        label="Critical path"
        items={shown}
        keyOf={(step) => step.span_id ?? "outside"}
        height={30}
        render={(step) => (
          <Step step={step} isIndented={!isByShare} isSelected={step.span_id !== null && step.span_id === selected} onSpan={onSpan} />
        )}
      />
    </div>
  );
}

interface StepProps {
  step: PathStep;
  isIndented: boolean;
  isSelected: boolean;
  onSpan: (spanId: string) => void;
}

const INDENT_MAX = 14;

function Step({ step, isIndented, isSelected, onSpan }: StepProps) {
  const share = step.share ?? 0;
  const { span_id: spanId } = step;
  return (
    <button
      type="button"
      className={styles.step}
      aria-pressed={isSelected}
      disabled={spanId === null}
      onClick={() => spanId !== null && onSpan(spanId)}
    >
      <span
        className={styles.name}
        style={{ paddingLeft: isIndented ? Math.min(step.depth, INDENT_MAX) * 12 : 0 }}
      >
        {step.name}
      </span>
      <span className={styles.bar} aria-hidden="true">
        <span style={{ width: `${Math.min(100, share * 100)}%` }} />
      </span>
      <span className={styles.number}>{(share * 100).toFixed(share < 0.1 ? 1 : 0)} %</span>
      <span className={styles.number}>{tookText(step.on_path_ms)}</span>
    </button>
  );
}
