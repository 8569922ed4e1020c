/** One trace. The URL says which tab, span, error and event: a link shows what its sender saw. */

import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useParams, useSearchParams } from "react-router";

import { api } from "../api/client";
import { Loading } from "../ui/Empty";
import { Problem } from "../ui/Problem";
import { Tabs } from "../ui/Tabs";
import { EventStrip } from "./EventStrip";
import { SpanDetail } from "./SpanDetail";
import { heightOf, SpansView } from "./SpansView";
import { TabBody } from "./TabBody";
import { TraceHead } from "./TraceHead";
import styles from "./TracePage.module.css";
import { tabsOf } from "./tabs";
import { useCriticalPath } from "./useCriticalPath";
import { useOutline } from "./useOutline";
import { extentOf } from "./waterfall";

const REFRESH_MS = 3_000;
/** The path of a longer trace is read when it is asked for. */
const SPANS_MARKED_MAX = 5000;

export function TracePage() {
  const { traceId = "" } = useParams();
  const [search, setSearch] = useSearchParams();
  const summary = useQuery({
    queryKey: ["trace", traceId],
    queryFn: () => api.trace(traceId),
    refetchInterval: (query) => (query.state.data?.is_live ? REFRESH_MS : false),
  });
  const isLive = summary.data?.is_live ?? false;
  const outline = useOutline(traceId, isLive);
  // The spans come first: of a long trace the server needs a while for all else.
  const fixed = { staleTime: isLive ? REFRESH_MS : Infinity, enabled: !outline.isPending };
  const trail = useQuery({
    queryKey: ["trail", traceId],
    queryFn: () => api.trail(traceId),
    refetchInterval: isLive ? REFRESH_MS : false,
    ...fixed,
  });
  const hasFailed = (summary.data?.errors ?? 0) > 0;
  const why = useQuery({
    queryKey: ["why", traceId, search.get("error")],
    queryFn: () => api.why(traceId, search.get("error")),
    ...fixed,
    enabled: fixed.enabled && hasFailed,
  });

  const show = useCallback(
    (choice: Record<string, string | null>) =>
      setSearch(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(choice)) {
            if (value === null) after.delete(name);
            else after.set(name, value);
          }
          return after;
        },
        { replace: true },
      ),
    [setSearch],
  );
  const selectSpan = useCallback((span: string) => show({ span }), [show]);
  const first = outline.first;
  const extent = useMemo(
    () => (first ? extentOf(first.start_unix_ns, first.end_unix_ns) : null),
    [first],
  );

  const spans = summary.data?.spans ?? 0;
  const tab = search.get("tab") ?? (hasFailed || summary.isPending ? "why" : "logs");
  const isMarked = spans > 0 && spans <= SPANS_MARKED_MAX;
  const path = useCriticalPath(traceId, fixed.enabled && (isMarked || tab === "path"), isLive);

  if (summary.isError) {
    return <Problem error={summary.error} onRetry={() => void summary.refetch()} />;
  }
  const span = search.get("span");
  return (
    <div className={styles.page}>
      {summary.data ? (
        <TraceHead
          trace={summary.data}
          trail={trail.data}
          comparedWith={why.data?.compared_with}
          mayAsk={!outline.isPending}
        />
      ) : (
        <Loading what="the trace" />
      )}
      {trail.data && trail.data.events.length > 0 && (
        <EventStrip trail={trail.data} onEvent={(event) => show({ tab: "raw", event })} />
      )}
      {outline.isError && (
        <Problem error={outline.error} onRetry={() => void outline.refetch()} />
      )}
      {outline.isPending && spans > 0 && (
        <div className={styles.spans} style={{ height: heightOf(spans) }}>
          <Loading what="the spans" />
        </div>
      )}
      {extent && outline.rows.length > 0 && (
        <SpansView
          rows={outline.rows}
          extent={extent}
          total={first?.total ?? outline.rows.length}
          path={path.byId}
          view={search.get("view")}
          onView={(view) => show({ view })}
          selected={span}
          onSelect={selectSpan}
        />
      )}
      {span && (
        <SpanDetail traceId={traceId} spanId={span} onClose={() => show({ span: null })} />
      )}
      {trail.isError && <Problem error={trail.error} onRetry={() => void trail.refetch()} />}
      <Tabs label="Parts of the trace" tabs={tabsOf(trail.data, why.data)} open={tab} onOpen={(id) => show({ tab: id })}>
        <TabBody
          tab={tab}
          traceId={traceId}
          trail={trail.data}
          why={why.data}
          whyError={why.error}
          isWhyAsked={hasFailed}
          path={path}
          search={search}
          show={show}
        />
      </Tabs>
    </div>
  );
}
