/** What ran and failed over time, above the list; the URL holds the stretch and the reach. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api } from "../api/client";
import { Loading } from "../ui/Empty";
import styles from "./Activity.module.css";
import { rangeOf, windowOf, WINDOWS, withRange, type Range } from "./brush";
import { TimeBrush } from "./TimeBrush";

const BUCKETS = 96;
const REFRESH_MS = 15_000;

interface Props {
  query: string;
  /** The reach that the reader chose. */
  span: string | null;
  now: number;
  onSpan: (span: string) => void;
  onQuery: (query: string) => void;
}

export function Activity({ query, span, now, onSpan, onQuery }: Props) {
  const range = rangeOf(query, now);
  const shown = windowOf(span, range, now);
  const stats = useQuery({
    queryKey: ["stats", shown, BUCKETS],
    queryFn: () => api.stats(shown, BUCKETS),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  const choose = (chosen: Range) => onQuery(withRange(query, chosen));
  const isChosen = range.sinceMs !== null || range.untilMs !== null;
  // The list itself says what is wrong, when something is.
  if (stats.isError) return null;
  if (!stats.data) {
    return (
      <div className={styles.activity}>
        <Loading what="the activity" />
      </div>
    );
  }
  return (
    <section className={styles.activity} aria-label="Activity">
      <div className={styles.reach} role="group" aria-label="Reach">
        {Object.keys(WINDOWS).map((one) => (
          <button key={one} type="button" aria-pressed={one === shown} onClick={() => onSpan(one)}>
            {one}
          </button>
        ))}
        <button
          type="button"
          disabled={!isChosen}
          onClick={() => choose({ sinceMs: null, untilMs: null })}
        >
          All times
        </button>
      </div>
      <TimeBrush stats={stats.data} range={range} onRange={choose} />
    </section>
  );
}
