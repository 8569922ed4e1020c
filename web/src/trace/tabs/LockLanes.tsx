/** A lane for each thread or task; a full box is a hold, a hatched one a wait. */

import { useMemo } from "react";

import type { LockTimeline } from "../../api/types";
import { tookText } from "../../ui/time";
import { hueOf, lanesOf } from "../lanes";
import styles from "./LocksTab.module.css";

const LANE = 26;
const WIDTH = 1000;

interface Props {
  locks: LockTimeline;
  onEvent: (eventId: string) => void;
}

export function LockLanes({ locks, onEvent }: Props) {
  const lanes = useMemo(() => lanesOf(locks), [locks]);
  if (!lanes) return null;
  const ids = locks.locks.map((lock) => lock.lock_id);
  const height = lanes.owners.length * LANE;
  return (
    <figure className={styles.lanes}>
      <div className={styles.owners}>
        {lanes.owners.map((owner) => (
          <span key={owner} style={{ height: LANE }}>
            {owner}
          </span>
        ))}
      </div>
      <svg
        viewBox={`0 0 ${WIDTH} ${height}`}
        preserveAspectRatio="none"
        style={{ height }}
        role="img"
        aria-label={`${lanes.boxes.length} waits and holds of locks by ${lanes.owners.join(", ")}`}
      >
        <defs>
          <pattern id="wait" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="3" height="6" className={styles.hatch} />
          </pattern>
        </defs>
        {lanes.owners.map((owner, at) => (
          <line key={owner} x1="0" x2={WIDTH} y1={at * LANE + LANE - 0.5} y2={at * LANE + LANE - 0.5} className={styles.grid} />
        ))}
        {lanes.boxes.map((box) => {
          const { step } = box;
          const place = {
            x: box.left * WIDTH,
            y: box.lane * LANE + 4,
            width: Math.max(2, box.width * WIDTH),
            height: LANE - 8,
          };
          const text = `${step.owner} ${step.what === "wait" ? "waits for" : "holds"} ${step.lock}: ${
            step.took_ms === null ? "never ended" : tookText(step.took_ms)
          }${step.holder ? `, held by ${step.holder}` : ""}`;
          return (
            <g key={step.event_id + step.what} onClick={() => onEvent(step.event_id)} className={styles.box}>
              <title>{text}</title>
              <rect {...place} fill={`hsl(${hueOf(ids, step.lock_id)} 45% 55%)`} opacity={step.what === "wait" ? 0.35 : 1} />
              {step.what === "wait" && <rect {...place} fill="url(#wait)" />}
              {step.outcome === "open" && <rect {...place} className={styles.open} />}
            </g>
          );
        })}
      </svg>
      <figcaption className={styles.legend}>
        <span>0</span>
        {locks.locks.map((lock) => (
          <span key={lock.lock}>
            <i style={{ background: `hsl(${hueOf(ids, lock.lock_id)} 45% 55%)` }} /> {lock.lock}
          </span>
        ))}
        <span>full: holds, hatched: waits, red edge: never ended</span>
        <span>{tookText(lanes.tookMs)}</span>
      </figcaption>
    </figure>
  );
}
