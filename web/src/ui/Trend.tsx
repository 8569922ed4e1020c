/** Counts over time as small bars. */

import { several } from "./text";
import styles from "./Trend.module.css";

const WIDTH = 120;
const HEIGHT = 24;

interface Props {
  counts: readonly number[];
  /** What is counted: `error`. */
  noun: string;
}

export function Trend({ counts, noun }: Props) {
  const most = Math.max(1, ...counts);
  const step = WIDTH / Math.max(1, counts.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return (
    <svg
      className={styles.trend}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${several(total, noun)} over time, at most ${most} in one stretch`}
    >
      {counts.map((count, at) => {
        const height = count ? Math.max(3, (count / most) * HEIGHT) : 1;
        return (
          <rect
            key={at}
            x={at * step + 0.5}
            width={step - 1}
            y={HEIGHT - height}
            height={height}
            className={count ? styles.bar : styles.none}
          />
        );
      })}
    </svg>
  );
}
