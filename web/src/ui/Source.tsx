/** Lines of source with the one that matters marked. */

import type { SourceLine } from "../api/types";
import styles from "./Source.module.css";

interface Props {
  lines: readonly SourceLine[];
  marked: number | null;
  label: string;
}

export function Source({ lines, marked, label }: Props) {
  return (
    <pre className={styles.source} aria-label={label} tabIndex={0}>
      {lines.map((line) => (
        <span
          key={line.line}
          className={styles.line}
          data-marked={line.line === marked || undefined}
          aria-current={line.line === marked || undefined}
        >
          <span className={styles.number}>{line.line}</span>
          <span>{line.text || " "}</span>
        </span>
      ))}
    </pre>
  );
}
