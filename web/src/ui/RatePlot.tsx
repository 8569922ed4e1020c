/** Traces over time as stacked bars, the failed part in red. */

import type { ReactNode } from "react";

import type { Stats } from "../api/types";
import { axisText, buckets, scaleEnd, totals } from "./buckets";
import styles from "./RatePlot.module.css";

const WIDTH = 600;
const HEIGHT = 130;

interface Props {
  stats: Stats;
  /** Lies over the bars, as wide as they are. */
  children?: ReactNode;
}

export function RatePlot({ stats, children }: Props) {
  const bars = buckets(stats);
  const end = scaleEnd(Math.max(0, ...bars.map((bar) => bar.ok + bar.failed)));
  const step = WIDTH / Math.max(1, bars.length);
  const counted = totals(stats);
  const firstMs = bars[0]?.startMs ?? 0;
  const spanMs = (Number(stats.bucket_ns) / 1e6) * bars.length;
  const at = (part: number) => axisText(firstMs + spanMs * part, spanMs);
  return (
    <figure className={styles.plot}>
      <div className={styles.scale} aria-hidden="true">
        <span>{end}</span>
        <span>0</span>
      </div>
      <div className={styles.area}>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${counted.traces} traces, ${counted.failed} of them failed`}
        >
          <line x1="0" x2={WIDTH} y1="0.5" y2="0.5" className={styles.grid} />
          <line x1="0" x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} className={styles.grid} />
          <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className={styles.grid} />
          {bars.map((bar, index) => {
            const failed = (bar.failed / end) * HEIGHT;
            const ok = (bar.ok / end) * HEIGHT;
            const x = index * step + step * 0.1;
            return (
              <g key={bar.startMs}>
                <title>{`${axisText(bar.startMs, spanMs)}: ${bar.ok} ok, ${bar.failed} failed`}</title>
                <rect x={index * step} width={step} y="0" height={HEIGHT} className={styles.hit} />
                <rect x={x} width={step * 0.8} y={HEIGHT - failed} height={failed} className={styles.failed} />
                <rect x={x} width={step * 0.8} y={HEIGHT - failed - ok} height={ok} className={styles.ok} />
              </g>
            );
          })}
        </svg>
        {children}
      </div>
      <figcaption className={styles.axis} aria-hidden="true">
        <span>{at(0)}</span>
        <span>{at(0.5)}</span>
        <span>{at(1)}</span>
      </figcaption>
    </figure>
  );
}
