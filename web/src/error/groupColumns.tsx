/** What the list says of each group of errors. */

import { Link } from "react-router";

import type { ErrorGroup } from "../api/types";
import list from "../ui/ListPage.module.css";
import type { Column } from "../ui/Table";
import { countText, placeText } from "../ui/text";
import { agoText, momentText } from "../ui/time";
import { Trend } from "../ui/Trend";

export function groupColumns(nowMs: number): Column<ErrorGroup>[] {
  return [
    {
      name: "error",
      width: "minmax(140px, 3fr)",
      render: (group) => (
        <Link
          to={`/traces/${group.last_trace_id}?tab=error&error=${group.last_error_id}`}
          tabIndex={-1}
          title={`${group.type}: ${group.message}`}
        >
          <span className={list.failure}>
            <span className={list.strong}>{group.type}</span>
          </span>{" "}
          {group.message}
        </Link>
      ),
    },
    {
      name: "place",
      width: "minmax(100px, 2fr)",
      isWide: true,
      render: (group) => <code title={group.file ?? ""}>{placeText(group)}</code>,
    },
    { name: "times", width: "54px", isNumber: true, render: (group) => countText(group.count) },
    {
      name: "traces",
      width: "54px",
      isNumber: true,
      isWide: true,
      render: (group) => countText(group.traces),
    },
    {
      name: "trend",
      width: "120px",
      isWide: true,
      render: (group) => <Trend counts={group.trend} noun="error" />,
    },
    {
      name: "first seen",
      width: "84px",
      isWide: true,
      render: (group) => (
        <time className={list.muted} title={momentText(group.first_unix_ns)}>
          {agoText(group.first_unix_ns, nowMs)}
        </time>
      ),
    },
    {
      name: "last seen",
      width: "84px",
      render: (group) => (
        <time title={momentText(group.last_unix_ns)}>{agoText(group.last_unix_ns, nowMs)}</time>
      ),
    },
  ];
}
