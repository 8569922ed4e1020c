/** The newest events of running programs, as they are recorded. */

import { useEffect, useState } from "react";
import { Link } from "react-router";

import { follow, type LiveState } from "../api/live";
import type { LiveEvent } from "../api/types";
import { clockText } from "../ui/time";
import styles from "./LiveTail.module.css";

/** Older events give way to newer ones. */
export const SHOWN_MAX = 100;

const SAYS: Record<LiveState, string> = {
  connecting: "Connecting…",
  open: "Waiting for events. Record a program: backtrail run -- python app.py",
  lost: "The stream broke; connecting again…",
  refused: "The server follows for too many pages already: close one, and press Live again.",
};

export function LiveTail({ onEvent }: { onEvent: () => void }) {
  const [events, setEvents] = useState<readonly LiveEvent[]>([]);
  const [state, setState] = useState<LiveState>("connecting");
  // Follows the server's event stream.
  useEffect(
    () =>
      follow((event) => {
        setEvents((before) => [event, ...before].slice(0, SHOWN_MAX));
        onEvent();
      }, setState),
    [onEvent],
  );
  return (
    <section className={styles.tail} aria-label="Live events" tabIndex={0}>
      {(events.length === 0 || state !== "open") && <p role="status">{SAYS[state]}</p>}
      <ol>
        {events.map((event) => (
          <li key={event.event_id} data-failed={event.kind === "error.raised" || undefined}>
            <time>{clockText(event.time_unix_ns)}</time>
            <Link to={`/traces/${event.trace_id}`}>{event.trace_id.slice(0, 12)}</Link>
            <span>{event.text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
