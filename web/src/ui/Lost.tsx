/** A page that cannot be shown: its program did not come, or it failed. */

import { useRouteError } from "react-router";

import styles from "./Notice.module.css";

export function Lost() {
  const error = useRouteError();
  return (
    <div className={styles.problem} role="alert">
      <p>This page cannot be shown: {error instanceof Error ? error.message : "an unknown error"}</p>
      <p className={styles.hint}>See whether `backtrail serve` still runs, and load the page anew.</p>
      <button type="button" onClick={() => window.location.reload()}>
        Load anew
      </button>
    </div>
  );
}
