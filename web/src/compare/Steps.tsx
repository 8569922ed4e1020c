/** Steps that only one of two traces has. */

import type { StepShown } from "../api/types";
import { LongList } from "../ui/LongList";
import { tookText } from "../ui/time";
import styles from "./ComparePage.module.css";

export function Steps({ steps, label }: { steps: readonly StepShown[]; label: string }) {
  if (steps.length === 0) return <p className={styles.note}>None.</p>;
  return (
    <LongList
      label={label}
      items={steps}
      keyOf={(step) => step.event_id}
      height={48}
      render={(step) => (
        <div className={styles.step}>
          <span className={styles.note}>{tookText(step.after_ms)}</span>
          <div className={styles.said} title={step.text}>
            <span className={styles.kind}>{step.kind}</span> {step.text}{" "}
            {step.where && <code>{step.where}</code>}
          </div>
        </div>
      )}
    />
  );
}
