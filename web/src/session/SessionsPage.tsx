/** Traces that belong together for a person. */

import { Link, useNavigate } from "react-router";

import { api } from "../api/client";
import type { Session } from "../api/types";
import { Empty, Loading } from "../ui/Empty";
import list from "../ui/ListPage.module.css";
import { Problem } from "../ui/Problem";
import { Table, type Column } from "../ui/Table";
import { countText, nameText, term } from "../ui/text";
import { agoText, momentText } from "../ui/time";
import { useCursorPages } from "../ui/useCursorPages";
import { useNow } from "../ui/useNow";

/** The traces of a session; of those without one the last is shown. */
function addressOf(session: Session): string {
  return session.session === null
    ? `/traces/${session.last_trace_id}`
    : `/traces?query=${encodeURIComponent(term("session", session.session))}`;
}

function columns(nowMs: number): Column<Session>[] {
  return [
    {
      name: "session",
      width: "minmax(110px, 2fr)",
      render: (session) => (
        <Link to={addressOf(session)} tabIndex={-1}>
          {session.session ?? "(none)"}
        </Link>
      ),
    },
    {
      name: "last trace",
      width: "minmax(110px, 2fr)",
      isWide: true,
      render: (session) => <Link to={`/traces/${session.last_trace_id}`}>{nameText(session.name)}</Link>,
    },
    {
      name: "traces",
      width: "60px",
      isNumber: true,
      render: (session) => countText(session.traces),
    },
    {
      name: "errors",
      width: "60px",
      isNumber: true,
      render: (session) => (
        <span className={session.errors ? list.failure : list.muted}>
          {countText(session.errors)}
        </span>
      ),
    },
    {
      name: "first",
      width: "90px",
      isWide: true,
      render: (session) => (
        <time className={list.muted} title={momentText(session.first_unix_ns)}>
          {agoText(session.first_unix_ns, nowMs)}
        </time>
      ),
    },
    {
      name: "last",
      width: "84px",
      render: (session) => (
        <time title={momentText(session.last_unix_ns)}>{agoText(session.last_unix_ns, nowMs)}</time>
      ),
    },
  ];
}

export function SessionsPage() {
  const navigate = useNavigate();
  const now = useNow();
  const sessions = useCursorPages({
    key: ["sessions"],
    read: (cursor) => api.sessions(cursor),
    rowsOf: (page) => page.sessions,
  });
  return (
    <div className={list.page}>
      <div className={list.tools}>
        <h1>Sessions</h1>
      </div>
      {sessions.isPending && <Loading what="sessions" />}
      {sessions.isError && (
        <Problem error={sessions.error} onRetry={() => void sessions.refetch()} />
      )}
      {sessions.isSuccess && sessions.rows.length === 0 && (
        <Empty text="No session was recorded yet.">
          <p>
            Name one: <code>backtrail run --session checkout -- python app.py</code>
          </p>
        </Empty>
      )}
      {sessions.rows.length > 0 && (
        <Table
          label="Sessions"
          columns={columns(now)}
          rows={sessions.rows}
          keyOf={(session) => session.session ?? ""}
          onOpen={(session) => void navigate(addressOf(session))}
          onEnd={sessions.readMore}
        />
      )}
    </div>
  );
}
