/** Values that differ between steps that stand for one another. */

import type { ChangedValue, Divergence, Json as JsonValue, StepShown } from "../api/types";
import { Json } from "../ui/Json";
import { LongList } from "../ui/LongList";
import { tookText } from "../ui/time";
import styles from "./ComparePage.module.css";

const WORDS = {
  changed: "A value differs",
  missing: "The right one lacks a step",
  extra: "The right one has a further step",
};

export function Parting({ divergence }: { divergence: Divergence }) {
  return (
    <div className={styles.change}>
      <p>
        <strong>{WORDS[divergence.what]}</strong>{" "}
        {divergence.path && <code>{divergence.path}</code>}
      </p>
      <div className={styles.pair}>
        <Value step={divergence.left} value={divergence.left_value} hasValue={divergence.path !== null} />
        <Value step={divergence.right} value={divergence.right_value} hasValue={divergence.path !== null} />
      </div>
    </div>
  );
}

export function ChangedValues({ changed }: { changed: readonly ChangedValue[] }) {
  return (
    <LongList
      label="Changed values"
      items={changed}
      keyOf={(one) => `${one.left.event_id} ${one.right.event_id} ${one.path}`}
      height={86}
      render={(one) => (
        <div className={styles.change}>
          <code className={styles.path}>{one.path}</code>
          <div className={styles.pair}>
            <Value step={one.left} value={one.left_value} hasValue />
            <Value step={one.right} value={one.right_value} hasValue />
          </div>
        </div>
      )}
    />
  );
}

interface ValueProps {
  step: StepShown | null;
  value: JsonValue;
  hasValue: boolean;
}

function Value({ step, value, hasValue }: ValueProps) {
  if (!step) return <p className={styles.none}>nothing here</p>;
  return (
    <div className={styles.value}>
      {hasValue && <Json value={value} label="Value" depth={2} />}
      <p className={styles.note}>
        {step.text} · {step.where && <code>{step.where}</code>} at {tookText(step.after_ms)}
      </p>
    </div>
  );
}
