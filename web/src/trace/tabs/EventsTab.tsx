/** Events as they were recorded: the log, or all of them with their bodies. */

import { useEffect, useMemo, useState } from "react";

import { api } from "../../api/client";
import type { Event } from "../../api/types";
import { Empty, Loading } from "../../ui/Empty";
import { LongList } from "../../ui/LongList";
import { Problem } from "../../ui/Problem";
import { useCursorPages } from "../../ui/useCursorPages";
import { eventId, EventItem } from "./EventItem";
import styles from "./EventsTab.module.css";

interface Props {
  traceId: string;
  /** Only events of these kinds; none is all. */
  kinds: readonly string[];
  label: string;
  /** The event to be seen. */
  event: string | null;
}

export function EventsTab({ traceId, kinds, label, event }: Props) {
  const [text, setText] = useState("");
  const [asked, setAsked] = useState("");
  const events = useCursorPages({
    key: ["events", traceId, kinds, asked],
    read: (cursor) => api.events(traceId, kinds, asked, cursor),
    rowsOf: (page) => page.events,
  });
  const { rows, readMore, hasNextPage, isFetching } = events;
  const shownAt = useMemo(
    () => (event ? rows.findIndex((one) => eventId(one) === event) : -1),
    [rows, event],
  );
  // Follows the server's pages until the wanted event is among them.
  useEffect(() => {
    if (event && shownAt < 0 && hasNextPage && !isFetching) readMore();
  }, [event, shownAt, hasNextPage, isFetching, readMore]);

  return (
    <div className={styles.tab}>
      <form
        role="search"
        onSubmit={(submitted) => {
          submitted.preventDefault();
          setAsked(text.trim());
        }}
      >
        <input
          type="search"
          aria-label={`Text in ${label.toLowerCase()}`}
          placeholder="text in the events, Enter"
          value={text}
          onChange={(changed) => setText(changed.target.value)}
        />
      </form>
      {events.isPending && <Loading what="events" />}
      {events.isError && <Problem error={events.error} onRetry={() => void events.refetch()} />}
      {events.isSuccess && rows.length === 0 && (
        <Empty text={asked ? "No event holds this text." : "Nothing of this sort was recorded."} />
      )}
      {rows.length > 0 && (
        <LongList<Event>
          label={label}
          items={rows}
          keyOf={eventId}
          height={29}
          shownAt={shownAt}
          onEnd={readMore}
          render={(one) => <EventItem event={one} isShown={eventId(one) === event} />}
        />
      )}
    </div>
  );
}
