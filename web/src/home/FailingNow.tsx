/** The newest groups of errors, each one click away from its last trace. */

import { Link } from "react-router";

import type { ErrorGroup } from "../api/types";
import { countText, placeText, several } from "../ui/text";
import { agoText, momentText } from "../ui/time";
import { Trend } from "../ui/Trend";
import { useNow } from "../ui/useNow";
import styles from "./FailingNow.module.css";

export function FailingNow({ groups }: { groups: readonly ErrorGroup[] }) {
  const now = useNow();
  return (
    <ul className={styles.groups}>
      {groups.map((group) => (
        <li key={group.fingerprint}>
          <Link
            className={styles.group}
            to={`/traces/${group.last_trace_id}?tab=why&error=${group.last_error_id}`}
          >
            <span className={styles.what}>
              <strong>{group.type}</strong> <span>{group.message}</span>
            </span>
            <span className={styles.where}>
              <code>{placeText(group)}</code>
            </span>
            <span className={styles.count} title={several(group.traces, "trace")}>
              {countText(group.count)}×
            </span>
            <Trend counts={group.trend} noun="error" />
            <time className={styles.when} title={momentText(group.last_unix_ns)}>
              {agoText(group.last_unix_ns, now)}
            </time>
          </Link>
        </li>
      ))}
    </ul>
  );
}
