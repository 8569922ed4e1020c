/** What the list says of each trace. */

import { Link } from "react-router";

import type { TraceSummary } from "../api/types";
import list from "../ui/ListPage.module.css";
import { StatusMark } from "../ui/StatusMark";
import type { Column } from "../ui/Table";
import { countText, nameText } from "../ui/text";
import { agoText, momentText, tookText } from "../ui/time";

export function traceColumns(nowMs: number): Column<TraceSummary>[] {
  return [
    {
      name: "status",
      width: "82px",
      isMark: true,
      render: (trace) => <StatusMark status={trace.status} isLive={trace.is_live} />,
    },
    {
      name: "name",
      width: "minmax(160px, 3fr)",
      render: (trace) => (
        <Link to={`/traces/${trace.trace_id}`} tabIndex={-1} title={trace.name}>
          {nameText(trace.name)}
        </Link>
      ),
    },
    {
      name: "began",
      width: "84px",
      render: (trace) => (
        <time title={momentText(trace.start_unix_ns)}>{agoText(trace.start_unix_ns, nowMs)}</time>
      ),
    },
    { name: "took", width: "84px", isNumber: true, render: (trace) => tookText(trace.took_ms) },
    {
      name: "events",
      width: "72px",
      isNumber: true,
      isWide: true,
      render: (trace) => countText(trace.events),
    },
    {
      name: "errors",
      width: "60px",
      isNumber: true,
      isWide: true,
      render: (trace) => (
        <span className={trace.errors ? list.failure : list.muted}>{countText(trace.errors)}</span>
      ),
    },
    {
      name: "ended",
      width: "80px",
      isWide: true,
      render: (trace) => <span className={list.muted}>{endText(trace)}</span>,
    },
    {
      name: "session",
      width: "minmax(60px, 1fr)",
      isWide: true,
      render: (trace) => <span className={list.muted}>{trace.session ?? "–"}</span>,
    },
  ];
}

/** How its program ended: `exit 1`, `SIGTERM`. */
export function endText(trace: Pick<TraceSummary, "signal" | "exit_code">): string {
  if (trace.signal) return trace.signal;
  return trace.exit_code === null ? "–" : `exit ${trace.exit_code}`;
}
