/** Traces over time; a stretch of it is chosen by dragging, or by moving its two ends by key. */

import { useState, type KeyboardEvent, type PointerEvent } from "react";

import type { Stats } from "../api/types";
import { RatePlot } from "../ui/RatePlot";
import { momentText } from "../ui/time";
import { rangeOn, stretchBetween, stretchOn, timeAt, type Range, type Stretch } from "./brush";
import styles from "./TimeBrush.module.css";

interface Props {
  stats: Stats;
  range: Range;
  onRange: (range: Range) => void;
}

const STEPS: Record<string, number> = {
  ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -6, PageUp: 6,
};
const NOTHING: Range = { sinceMs: null, untilMs: null };

export function TimeBrush({ stats, range, onRange }: Props) {
  const [drag, setDrag] = useState<{ anchor: number; at: number } | null>(null);
  const count = stats.traces.length;
  const chosen = drag ? stretchBetween(drag.anchor, drag.at, count) : stretchOn(stats, range);
  const [from, to] = chosen ?? [0, count];
  const percent = (place: number) => `${(place / count) * 100}%`;
  const choose = (stretch: Stretch) => onRange(rangeOn(stats, stretch));
  const begin = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDrag({ anchor: placeOf(event), at: placeOf(event) });
  };
  const end = () => {
    if (drag) choose(stretchBetween(drag.anchor, drag.at, count));
    setDrag(null);
  };
  const move = (event: KeyboardEvent, [least, at, most]: readonly number[], isFrom: boolean) => {
    if (least === undefined || at === undefined || most === undefined) return;
    if (event.key === "Escape") onRange(NOTHING);
    else {
      const edge = { Home: least, End: most }[event.key];
      const step = STEPS[event.key];
      if (edge === undefined && step === undefined) return;
      const place = edge ?? Math.max(least, Math.min(most, at + (step ?? 0)));
      choose(isFrom ? [place, to] : [from, place]);
    }
    event.preventDefault();
  };
  return (
    <RatePlot stats={stats}>
      <div
        className={styles.brush}
        data-testid="brush"
        onPointerDown={begin}
        onPointerMove={(event) => drag && setDrag({ ...drag, at: placeOf(event) })}
        onPointerUp={end}
        onPointerCancel={() => setDrag(null)}
      >
        {chosen && (
          <span className={styles.chosen} style={{ left: percent(from), width: percent(to - from) }} />
        )}
        <End name="From" at={from} bounds={[0, to - 1]} stats={stats} onKey={(event) => move(event, [0, from, to - 1], true)} />
        <End name="To" at={to} bounds={[from + 1, count]} stats={stats} onKey={(event) => move(event, [from + 1, to, count], false)} />
      </div>
    </RatePlot>
  );
}

interface EndProps {
  name: string;
  at: number;
  bounds: readonly [least: number, most: number];
  stats: Stats;
  onKey: (event: KeyboardEvent) => void;
}

function End({ name, at, bounds, stats, onKey }: EndProps) {
  return (
    <span
      className={styles.end}
      role="slider"
      tabIndex={0}
      aria-label={name}
      aria-valuemin={bounds[0]}
      aria-valuemax={bounds[1]}
      aria-valuenow={at}
      aria-valuetext={momentText(`${Math.round(timeAt(stats, at))}000000`)}
      style={{ left: `${(at / stats.traces.length) * 100}%` }}
      onKeyDown={onKey}
    />
  );
}

/** Where the pointer is on the plot, from 0 to 1. */
function placeOf(event: PointerEvent<HTMLDivElement>): number {
  const box = event.currentTarget.getBoundingClientRect();
  return (event.clientX - box.left) / Math.max(1, box.width);
}
