/** One span of the waterfall: its name at its depth, and its bar. */

import { memo } from "react";

import type { OutlineRow, PathStep } from "../api/types";
import { StatusMark } from "../ui/StatusMark";
import { tookText } from "../ui/time";
import styles from "./Waterfall.module.css";
import { barOf, stepBarOf, type Extent } from "./waterfall";

/** Deeper spans are indented no further: the name would leave the page. */
const INDENT_MAX = 18;
const INDENT = 13;

interface Props {
  row: OutlineRow;
  top: number;
  index: number;
  extent: Extent;
  /** Where the critical path goes through the span. */
  step: PathStep | undefined;
  isSelected: boolean;
  fold: "open" | "closed" | null;
  onFold: (spanId: string) => void;
  onSelect: (spanId: string) => void;
}

export const SpanLine = memo(function SpanLine(props: Props) {
  const { row, top, index, extent, step, isSelected, fold, onFold, onSelect } = props;
  const bar = barOf(row, extent);
  const stepBar = step && stepBarOf(step, extent);
  const isOpen = row.took_ns === null && row.start_unix_ns !== null;
  const tookMs = row.took_ns === null ? null : Number(row.took_ns) / 1e6;
  return (
    <div
      role="row"
      className={styles.row}
      style={{ transform: `translateY(${top}px)` }}
      aria-level={row.depth + 1}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      aria-expanded={fold === null ? undefined : fold === "open"}
      data-status={row.status}
      onClick={() => onSelect(row.span_id)}
    >
      <div
        role="gridcell"
        className={styles.name}
        style={{ paddingLeft: Math.min(row.depth, INDENT_MAX) * INDENT }}
        title={row.error ? `${row.name}: ${row.error}` : row.name}
      >
        <button
          type="button"
          className={styles.fold}
          tabIndex={-1}
          aria-label={fold === "open" ? "Close the span" : "Open the span"}
          data-fold={fold ?? "none"}
          onClick={(event) => {
            event.stopPropagation();
            onFold(row.span_id);
          }}
        />
        {row.status !== "ok" && <StatusMark status={row.status} isBare />}
        <span className={styles.text}>{row.name}</span>
      </div>
      <div role="gridcell" className={styles.track}>
        {bar && (
          <span
            className={styles.bar}
            data-open={isOpen || undefined}
            style={{ left: `${bar.left}%`, width: `${bar.width}%` }}
          />
        )}
        {step && stepBar && (
          <span
            className={styles.path}
            role="img"
            aria-label="on the critical path"
            title={`on the critical path: ${tookText(step.on_path_ms)} of its own`}
            style={{ left: `${stepBar.left}%`, width: `${stepBar.width}%` }}
          />
        )}
      </div>
      <div role="gridcell" className={styles.took}>
        {isOpen ? "open" : tookText(tookMs)}
      </div>
    </div>
  );
});
