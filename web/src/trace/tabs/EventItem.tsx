/** One event on a line; it opens to all that it holds. */

import { useState } from "react";

import type { Event } from "../../api/types";
import { Json } from "../../ui/Json";
import { clockText } from "../../ui/time";
import { isFailure } from "../strip";
import { eventText } from "../eventText";
import styles from "./EventsTab.module.css";

/** The id that every command takes. */
export function eventId(event: Event): string {
  return `${event.process}:${event.seq}`;
}

export function EventItem({ event, isShown }: { event: Event; isShown: boolean }) {
  const [isOpen, setOpen] = useState(isShown);
  return (
    <div className={styles.event} data-shown={isShown || undefined}>
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <time>{clockText(event.time_unix_ns)}</time>
        <span className={styles.kind} data-failed={isFailure(event) || undefined}>
          {event.kind}
        </span>
        <code className={styles.text}>{eventText(event)}</code>
        <span className={styles.thread}>{event.task ?? event.thread ?? ""}</span>
      </button>
      {isOpen && (
        <div className={styles.body}>
          <p>
            <code>{eventId(event)}</code>
            {event.span_id && (
              <>
                {" "}
                in span <code>{event.span_id}</code>
              </>
            )}
          </p>
          <Json value={event.body} label={`Body of ${event.kind}`} depth={2} />
        </div>
      )}
    </div>
  );
}
