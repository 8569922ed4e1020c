/** All traces that a query lets through, newest first, and what is recorded at this moment. */

import { useCallback, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";

import { api } from "../api/client";
import type { TraceSummary } from "../api/types";
import { Empty, HowToRecord, Loading } from "../ui/Empty";
import list from "../ui/ListPage.module.css";
import { Problem } from "../ui/Problem";
import { QueryBox } from "../ui/QueryBox";
import { Table } from "../ui/Table";
import { useCursorPages } from "../ui/useCursorPages";
import { useNow } from "../ui/useNow";
import { Activity } from "./Activity";
import { LiveTail } from "./LiveTail";
import { traceColumns } from "./traceColumns";

const OFFERS = ["status:error", "duration:>1s", "since:1h"];

export function TracesPage() {
  const [search, setSearch] = useSearchParams();
  const [liveCount, setLiveCount] = useState(0);
  const navigate = useNavigate();
  const now = useNow();
  const query = search.get("query") ?? "";
  const isLive = search.get("live") === "1";
  const traces = useCursorPages({
    key: ["traces", query],
    read: (cursor) => api.traces(query, cursor),
    rowsOf: (page) => page.traces,
    refreshMs: isLive && liveCount > 0 ? 3_000 : false,
  });

  const change = (name: string, value: string) =>
    setSearch((before) => {
      const after = new URLSearchParams(before);
      if (value) after.set(name, value);
      else after.delete(name);
      return after;
    });
  const open = (trace: TraceSummary) => void navigate(`/traces/${trace.trace_id}`);
  const onLive = useCallback(() => setLiveCount((count) => count + 1), []);

  return (
    <div className={list.page}>
      <div className={list.tools}>
        <h1>Traces</h1>
        <QueryBox
          query={query}
          onQuery={(text) => change("query", text)}
          offers={OFFERS}
          complete={api.completions}
        />
        <button
          type="button"
          aria-pressed={isLive}
          onClick={() => change("live", isLive ? "" : "1")}
        >
          Live
        </button>
      </div>
      <Activity
        query={query}
        span={search.get("span")}
        now={now}
        onSpan={(span) => change("span", span)}
        onQuery={(text) => change("query", text)}
      />
      {isLive && <LiveTail onEvent={onLive} />}
      {traces.isPending && <Loading what="traces" />}
      {traces.isError && <Problem error={traces.error} onRetry={() => void traces.refetch()} />}
      {traces.isSuccess && traces.rows.length === 0 && (
        <Empty text={query ? "No trace fits the query." : "Nothing was recorded yet."}>
          <HowToRecord />
        </Empty>
      )}
      {traces.rows.length > 0 && (
        <Table
          label="Traces"
          columns={traceColumns(now)}
          rows={traces.rows}
          keyOf={(trace) => trace.trace_id}
          onOpen={open}
          isFailed={(trace) => trace.status === "error"}
          onEnd={traces.readMore}
        />
      )}
      <p className={list.note} role="status">
        {traces.rows.length > 0 &&
          `${traces.rows.length.toLocaleString("en")} shown${traces.hasNextPage ? ", more below" : ""}`}
      </p>
    </div>
  );
}
