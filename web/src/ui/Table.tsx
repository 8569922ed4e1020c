/** Rows under headings: virtual, so that any number of them scrolls well, and walked by key. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState, type CSSProperties, type ReactNode } from "react";

import { useKeys } from "./keys";
import styles from "./Table.module.css";
import { stepOf } from "./walking";

export interface Column<Row> {
  name: string;
  /** A CSS grid track: `1fr`, `90px`. */
  width: string;
  render: (row: Row) => ReactNode;
  /** Left out where the page is narrow. */
  isWide?: boolean;
  isNumber?: boolean;
  /** Holds a mark whose word is left out where the page is narrow. */
  isMark?: boolean;
}

interface Props<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  onOpen?: (row: Row) => void;
  isFailed?: (row: Row) => boolean;
  /** Whether keys walk the rows wherever the focus is; not for a table beside another list. */
  hasKeys?: boolean;
  /** Called when the last rows come into view. */
  onEnd?: () => void;
}

const ROW_HEIGHT = 36;
/** The head stays above the rows while they scroll under it. */
const HEAD_HEIGHT = 34;
const OVERSCAN = 12;
const MARK_WIDTH = "10px";

export function Table<Row>(props: Props<Row>) {
  const { label, columns, rows, keyOf, onOpen, onEnd, hasKeys = true } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(-1);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    scrollMargin: HEAD_HEIGHT,
    scrollPaddingStart: HEAD_HEIGHT,
    getItemKey: (index) => (rows[index] ? keyOf(rows[index]) : index),
  });
  const go = (to: number) => {
    setAt(to);
    virtual.scrollToIndex(to);
  };
  const open = () => {
    const row = rows[at];
    if (row) onOpen?.(row);
  };
  const walk = (event: KeyboardEvent) => go(stepOf(event.key, at, rows.length));
  useKeys({
    ...(hasKeys && { j: walk, k: walk, ArrowDown: walk, ArrowUp: walk, Home: walk, End: walk }),
    ...(hasKeys && at >= 0 && onOpen && { Enter: open }),
  });

  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  // Follows the scroll position: asks for more when the end is near.
  useEffect(() => {
    if (last >= 0 && last >= rows.length - 5) onEnd?.();
  }, [last, rows.length, onEnd]);

  const tracks: CSSProperties & Record<`--${string}`, string> = {
    "--wide": columns.map((column) => column.width).join(" "),
    "--narrow": columns.filter((column) => !column.isWide).map(narrow).join(" "),
  };
  const cell = (column: Column<Row>) => ({
    className: styles.cell,
    "data-wide": column.isWide || undefined,
    "data-number": column.isNumber || undefined,
    "data-mark": column.isMark || undefined,
  });
  return (
    <div className={styles.table} role="table" aria-label={label} aria-rowcount={rows.length + 1} style={tracks}>
      <div
        className={styles.scroll}
        ref={scroll}
        role="rowgroup"
        tabIndex={0}
        aria-label={`${label}, rows`}
        style={{ height: virtual.getTotalSize() + HEAD_HEIGHT }}
      >
        <div className={styles.head} style={{ height: HEAD_HEIGHT }} role="row" aria-rowindex={1}>
          {columns.map((column) => (
            <div key={column.name} role="columnheader" {...cell(column)}>
              {column.name}
            </div>
          ))}
        </div>
        <div style={{ height: virtual.getTotalSize(), position: "relative" }} role="presentation">
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 2}
                aria-current={item.index === at || undefined}
                className={styles.row}
                data-failed={props.isFailed?.(row) || undefined}
                data-opens={onOpen ? true : undefined}
                style={{ transform: `translateY(${item.start - HEAD_HEIGHT}px)`, height: ROW_HEIGHT }}
                onClick={() => onOpen?.(row)}
              >
                {columns.map((column) => (
                  <div key={column.name} role="cell" {...cell(column)}>
                    {column.render(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** Tracks of a fixed width stay; the rest shares what is left of a narrow page. */
function narrow(column: { width: string; isMark?: boolean }): string {
  if (column.isMark) return MARK_WIDTH;
  return column.width.endsWith("fr)") ? "minmax(0, 1fr)" : column.width;
}
