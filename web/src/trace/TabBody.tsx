/** What is in the open tab. */

import type { Trail, Why } from "../api/types";
import { Empty, Loading } from "../ui/Empty";
import { Problem } from "../ui/Problem";
import type { useCriticalPath } from "./useCriticalPath";
import { LOG_KINDS } from "./tabs";
import { ErrorTab } from "./tabs/ErrorTab";
import { EventsTab } from "./tabs/EventsTab";
import { HttpTab } from "./tabs/HttpTab";
import { LlmTab } from "./tabs/LlmTab";
import { LocksTab } from "./tabs/LocksTab";
import { PathTab } from "./tabs/PathTab";
import { StateTab } from "./tabs/StateTab";
import { WhyTab } from "./tabs/WhyTab";

interface Props {
  tab: string;
  traceId: string;
  trail: Trail | undefined;
  why: Why | undefined;
  whyError: Error | null;
  isWhyAsked: boolean;
  path: ReturnType<typeof useCriticalPath>;
  search: URLSearchParams;
  show: (choice: Record<string, string | null>) => void;
}

export function TabBody(props: Props) {
  const { tab, traceId, trail, why, search, show } = props;
  const event = search.get("event");
  const showEvent = (one: string) => show({ tab: "raw", event: one });
  if (tab === "logs") {
    return <EventsTab key="logs" traceId={traceId} kinds={LOG_KINDS} label="Log" event={null} />;
  }
  if (tab === "raw") {
    return (
      <EventsTab key="raw" traceId={traceId} kinds={[]} label="Events" event={event} />
    );
  }
  if (tab === "path") {
    const { path } = props;
    if (path.isError) return <Problem error={path.error} onRetry={() => void path.refetch()} />;
    if (path.isPending) return <Loading what="the critical path" />;
    return (
      <PathTab
        steps={path.steps}
        total={path.total ?? 0}
        tookMs={path.tookMs}
        selected={search.get("span")}
        onSpan={(span) => show({ span })}
      />
    );
  }
  if (tab === "why") {
    if (props.whyError) return <Problem error={props.whyError} />;
    if (why) return <WhyTab why={why} onEvent={showEvent} />;
    if (props.isWhyAsked || !trail) return <Loading what="the causes" />;
    return <Empty text="Nothing failed here, so there is no cause to look for." />;
  }
  if (!trail) return <Loading what="the trail" />;
  if (tab === "error") {
    return (
      <ErrorTab
        trail={trail}
        selected={search.get("error")}
        onSelect={(error) => show({ error })}
      />
    );
  }
  if (tab === "llm") {
    return (
      <LlmTab traceId={traceId} calls={trail.llm} event={event} onEvent={(one) => show({ event: one })} />
    );
  }
  if (tab === "http") return <HttpTab http={trail.http} event={event} onEvent={(one) => show({ event: one })} />;
  if (tab === "locks") return <LocksTab locks={trail.locks} onEvent={showEvent} />;
  return <StateTab state={trail.state} onEvent={showEvent} />;
}
