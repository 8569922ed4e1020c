/** The spans of a trace as a waterfall or as a flame graph; the URL says which. */

import { lazy, Suspense } from "react";

import type { OutlineRow, PathStep } from "../api/types";
import { Loading } from "../ui/Empty";
import styles from "./SpansView.module.css";
import { Waterfall } from "./Waterfall";
import type { Extent } from "./waterfall";

const FlameByTime = lazy(async () => ({ default: (await import("./flame/SpansFlame")).FlameByTime }));
const FlameByName = lazy(async () => ({ default: (await import("./flame/SpansFlame")).FlameByName }));

const VIEWS = [
  ["", "Waterfall"],
  ["flame", "Flame graph"],
  ["names", "By name"],
] as const;
const ROWS_SHOWN = 14;

/** Few spans take little of the page; many are scrolled. */
export function heightOf(spans: number): number {
  return Math.min(spans, ROWS_SHOWN) * 26 + 60;
}

interface Props {
  rows: readonly OutlineRow[];
  extent: Extent;
  total: number;
  path: ReadonlyMap<string, PathStep>;
  view: string | null;
  onView: (view: string | null) => void;
  selected: string | null;
  onSelect: (spanId: string) => void;
}

export function SpansView({ rows, extent, total, path, view, onView, selected, onSelect }: Props) {
  const isMarked = path.size > 0 && view !== "names";
  return (
    <section aria-label="Spans over time" className={styles.spans}>
      <div className={styles.head}>
        <div role="group" aria-label="Show the spans as" className={styles.views}>
          {VIEWS.map(([id, name]) => (
            <button
              key={id}
              type="button"
              aria-pressed={(view ?? "") === id}
              onClick={() => onView(id === "" ? null : id)}
            >
              {name}
            </button>
          ))}
        </div>
        {isMarked && <span className={styles.legend}>critical path</span>}
        {rows.length < total && <span role="status">{rows.length.toLocaleString("en")} of {total.toLocaleString("en")} spans read</span>}
      </div>
      {view === "flame" || view === "names" ? (
        <Suspense fallback={<Loading what="the spans" />}>
          {view === "flame" ? (
            <FlameByTime rows={rows} extent={extent} path={path} selected={selected} onSelect={onSelect} />
          ) : (
            <FlameByName rows={rows} />
          )}
        </Suspense>
      ) : (
        <div className={styles.waterfall} style={{ height: heightOf(rows.length) }}>
          <Waterfall rows={rows} extent={extent} total={total} path={path} selected={selected} onSelect={onSelect} />
        </div>
      )}
    </section>
  );
}
