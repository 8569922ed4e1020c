/** The outline and the waterfall of a trace, in one list that holds any number of spans. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";

import type { OutlineRow, PathStep } from "../api/types";
import { useKeys } from "../ui/keys";
import { stepOf } from "../ui/walking";
import { tookText } from "../ui/time";
import { around, parents, toggled, visibleRows } from "./rows";
import { SpanLine } from "./SpanLine";
import styles from "./Waterfall.module.css";
import { ticks, type Extent } from "./waterfall";

interface Props {
  rows: readonly OutlineRow[];
  extent: Extent;
  total: number;
  path: ReadonlyMap<string, PathStep>;
  selected: string | null;
  onSelect: (spanId: string) => void;
}

const ROW_HEIGHT = 26;
const HEAD_HEIGHT = 28;
const OVERSCAN = 16;
const TICKS = 4;

export function Waterfall({ rows, extent, total, path, selected, onSelect }: Props) {
  const scroll = useRef<HTMLDivElement>(null);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const shown = useMemo(() => visibleRows(rows, collapsed), [rows, collapsed]);
  const folding = useMemo(() => parents(rows), [rows]);
  const at = useMemo(() => shown.findIndex((row) => row.span_id === selected), [shown, selected]);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    scrollMargin: HEAD_HEIGHT,
    scrollPaddingStart: HEAD_HEIGHT,
  });
  const isPlaced = useRef(false);
  // Follows the URL: a link to a span shows that span, once its row is there.
  useEffect(() => {
    if (isPlaced.current || at < 0) return;
    isPlaced.current = true;
    virtual.scrollToIndex(at, { align: "center" });
  }, [at, virtual]);

  const select = (to: number) => {
    const row = shown[to];
    if (!row) return;
    isPlaced.current = true;
    onSelect(row.span_id);
    virtual.scrollToIndex(to);
  };
  const walk = (event: KeyboardEvent | globalThis.KeyboardEvent) =>
    select(stepOf(event.key, at, shown.length));
  useKeys({ j: walk, k: walk });
  const fold = useCallback(
    (id: string) => setCollapsed((before) => toggled(before, id)),
    [],
  );
  const onKey = (event: KeyboardEvent) => {
    const row = shown[at];
    const isFolded = row !== undefined && collapsed.has(row.span_id);
    const mayFold = row !== undefined && folding.has(row.span_id);
    if (event.key === "ArrowRight" && row && isFolded) fold(row.span_id);
    else if (event.key === "ArrowLeft" && row && mayFold && !isFolded) fold(row.span_id);
    else if (event.key === "ArrowLeft" && row) {
      const outer = around(shown, at).at(-1);
      select(shown.findIndex((one) => one.span_id === outer));
    } else if (/^(j|k|ArrowDown|ArrowUp|Home|End)$/.test(event.key)) {
      walk(event);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      className={styles.waterfall}
      role="treegrid"
      aria-label="Spans"
      aria-rowcount={total + 1}
      tabIndex={0}
      onKeyDown={onKey}
    >
      <div className={styles.scroll} ref={scroll} role="rowgroup" data-testid="spans">
        <div className={styles.head} style={{ height: HEAD_HEIGHT }} role="row" aria-rowindex={1}>
          <div role="columnheader">span</div>
          <div role="columnheader" className={styles.axis} aria-label="time">
            {ticks(extent.tookMs, TICKS).map((ms) => (
              <span key={ms} style={{ left: `${(ms / extent.tookMs) * 100}%` }}>
                {ms === 0 ? "0" : tookText(ms)}
              </span>
            ))}
          </div>
          <div role="columnheader" className={styles.took}>
            took
          </div>
        </div>
        <div style={{ height: virtual.getTotalSize(), position: "relative" }} role="presentation">
          {virtual.getVirtualItems().map((item) => {
            const row = shown[item.index];
            if (!row) return null;
            return (
              <SpanLine
                key={row.span_id}
                row={row}
                top={item.start - HEAD_HEIGHT}
                index={item.index}
                extent={extent}
                step={path.get(row.span_id)}
                isSelected={item.index === at}
                fold={folding.has(row.span_id) ? (collapsed.has(row.span_id) ? "closed" : "open") : null}
                onFold={fold}
                onSelect={onSelect}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}
