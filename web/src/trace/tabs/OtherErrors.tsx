/** The same error in other traces, and the errors of this one that something swallowed. */

import { Link } from "react-router";

import type { SameError, Swallowed } from "../../api/types";
import { LongList } from "../../ui/LongList";
import { placeText, several, shortId } from "../../ui/text";
import { clockText, momentText } from "../../ui/time";
import styles from "./ErrorTab.module.css";

export function Elsewhere({ same }: { same: readonly SameError[] }) {
  if (same.length === 0) return null;
  return (
    <section aria-label="The same error elsewhere">
      <h3>The same error in other traces</h3>
      <LongList
        label="The same error in other traces"
        items={same}
        keyOf={(one) => one.error_id}
        height={30}
        render={(one) => (
          <p className={styles.other}>
            <Link to={`/traces/${one.trace_id}?tab=error&error=${one.error_id}`}>
              {shortId(one.trace_id)}
            </Link>
            <time>{momentText(one.time_unix_ns)}</time>
            <span>{one.message}</span>
          </p>
        )}
      />
    </section>
  );
}

export function SwallowedErrors({ swallowed }: { swallowed: Swallowed }) {
  if (swallowed.count === 0) return null;
  return (
    <section aria-label="Swallowed exceptions">
      <h3>{several(swallowed.count, "exception")} swallowed on the way</h3>
      <LongList
        label="Swallowed exceptions"
        items={swallowed.places}
        keyOf={(one) => one.event_id}
        height={30}
        render={(one) => (
          <p className={styles.other}>
            <time>{clockText(one.time_unix_ns)}</time>
            <span>
              <strong>{one.type}</strong> {one.message}
              {one.count > 1 && ` (${one.count} times)`}
            </span>
            <code>
              {placeText(one.raised)}
              {one.handler && ` → ${one.how} ${placeText(one.handler)}`}
            </code>
          </p>
        )}
      />
    </section>
  );
}
