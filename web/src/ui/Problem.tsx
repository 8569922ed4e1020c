/** What went wrong, and what to do: for answers that say so. */

import { ApiProblem } from "../api/client";
import styles from "./Notice.module.css";

export function Problem({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const hint = error instanceof ApiProblem ? error.hint : null;
  return (
    <div className={styles.problem} role="alert">
      <p>{error.message}</p>
      {hint && <p className={styles.hint}>{hint}</p>}
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
