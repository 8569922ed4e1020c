/** What is known of the selected span. */

import { useQuery } from "@tanstack/react-query";

import { api } from "../api/client";
import { Loading } from "../ui/Empty";
import { Json } from "../ui/Json";
import { Problem } from "../ui/Problem";
import { StatusMark } from "../ui/StatusMark";
import { momentText, tookText } from "../ui/time";
import styles from "./SpanDetail.module.css";

interface Props {
  traceId: string;
  spanId: string;
  onClose: () => void;
}

export function SpanDetail({ traceId, spanId, onClose }: Props) {
  const span = useQuery({
    queryKey: ["span", traceId, spanId],
    queryFn: () => api.span(traceId, spanId),
    staleTime: Infinity,
  });
  return (
    <section className={styles.detail} aria-label="Span">
      {span.isPending && <Loading what="the span" />}
      {span.isError && <Problem error={span.error} />}
      {span.data && (
        <>
          <div className={styles.title}>
            <StatusMark status={span.data.status} isBare />
            <h2>{span.data.name}</h2>
            <span>{tookText(span.data.took_ms)}</span>
            <span>of its own {tookText(span.data.self_ms)}</span>
            {span.data.start_unix_ns && <span>at {momentText(span.data.start_unix_ns)}</span>}
            {span.data.thread && <span>in {span.data.thread}</span>}
            {span.data.task && <span>task {span.data.task}</span>}
          </div>
          {span.data.error && <p className={styles.error}>{span.data.error}</p>}
          {Object.keys(span.data.attributes).length > 0 && (
            <Json value={span.data.attributes} label="Attributes" depth={2} />
          )}
        </>
      )}
      <button type="button" className={styles.close} onClick={onClose} aria-label="Close the span's details">
        ×
      </button>
    </section>
  );
}
