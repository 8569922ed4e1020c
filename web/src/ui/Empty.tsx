/** Nothing to show, and what to do next. */

import type { ReactNode } from "react";

import styles from "./Notice.module.css";

export function Empty({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p>{text}</p>
      {children}
    </div>
  );
}

/** The command that records a program. */
export function HowToRecord() {
  return (
    <p>
      Record a program: <code className={styles.command}>backtrail run -- python app.py</code>
    </p>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <p className={styles.loading} role="status">
      Reading {what}…
    </p>
  );
}
