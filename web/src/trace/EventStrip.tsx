/** The last events on a line of time, a lane for each sort: where a failure stands among them. */

import { useMemo } from "react";

import type { Trail } from "../api/types";
import { betweenMs, tookText } from "../ui/time";
import styles from "./EventStrip.module.css";
import { lanesOf, stretchOf } from "./strip";

/** One lane alone says nothing that the rest of the page does not. */
const LANES_MIN = 2;

interface Props {
  trail: Trail;
  onEvent: (eventId: string) => void;
}

export function EventStrip({ trail, onEvent }: Props) {
  const stretch = useMemo(() => stretchOf(trail.events), [trail.events]);
  const lanes = useMemo(
    () => (stretch ? lanesOf(trail.events, stretch) : []),
    [trail.events, stretch],
  );
  if (!stretch || lanes.length < LANES_MIN) return null;
  const firstMs = betweenMs(trail.start_unix_ns, stretch.startNs);
  return (
    <figure className={styles.strip} aria-label="The last events over time">
      {lanes.map((lane) => (
        <div key={lane.name} className={styles.lane}>
          <span className={styles.name}>{lane.name}</span>
          <div className={styles.track}>
            {lane.marks.map((mark) => (
              <button
                key={mark.eventId}
                type="button"
                tabIndex={-1}
                className={styles.mark}
                title={mark.text}
                aria-label={mark.text}
                data-failure={mark.isFailure || undefined}
                style={{ left: `min(${mark.left}%, 100% - 3px)`, width: `max(3px, ${mark.width}%)` }}
                onClick={() => onEvent(mark.eventId)}
              />
            ))}
          </div>
        </div>
      ))}
      <figcaption className={styles.axis} aria-hidden="true">
        <span>{tookText(firstMs)}</span>
        <span>{tookText(firstMs + stretch.tookMs / 2)}</span>
        <span>{tookText(firstMs + stretch.tookMs)}</span>
      </figcaption>
    </figure>
  );
}
