/** Calls to models: what each cost, and the transcript of the one that is open. */

import { useQuery } from "@tanstack/react-query";

import { api } from "../../api/client";
import type { LlmCall, LlmCalls } from "../../api/types";
import { Empty, Loading } from "../../ui/Empty";
import { LongList } from "../../ui/LongList";
import { Problem } from "../../ui/Problem";
import { costText, countText, placeText, several } from "../../ui/text";
import { clockText, tookText } from "../../ui/time";
import styles from "./LlmTab.module.css";
import { Transcript } from "./Transcript";

interface Props {
  traceId: string;
  calls: LlmCalls;
  /** The event of the call that is open; otherwise the first doubtful one is. */
  event: string | null;
  onEvent: (eventId: string) => void;
}

export function LlmTab({ traceId, calls, event: selected, onEvent }: Props) {
  const first =
    calls.calls.find((call) => call.event_id === selected) ??
    calls.calls.find(isDoubtful) ??
    calls.calls.at(-1);
  const open = first?.event_id;
  const events = useQuery({
    queryKey: ["llm-events", traceId],
    queryFn: () => api.events(traceId, ["llm.called"], "", null),
    enabled: calls.count > 0,
    staleTime: Infinity,
  });
  if (calls.count === 0) return <Empty text="No model was called in this trace." />;
  const event = events.data?.events.find((one) => `${one.process}:${one.seq}` === open);
  return (
    <div className={styles.tab}>
      <p className={styles.sum}>
        {several(calls.count, "call")}, {tookText(calls.took_ms)} together ·{" "}
        {calls.input_tokens === null && calls.output_tokens === null
          ? "tokens not known"
          : `${countText(calls.input_tokens)} tokens in, ${countText(calls.output_tokens)} out`}
        {calls.cost_usd !== null && ` · ${costText(calls.cost_usd)}`}
        {calls.failed > 0 && <strong> · {calls.failed} failed</strong>}
        {calls.without_cost > 0 && ` · cost not known of ${calls.without_cost}`}
      </p>
      <LongList
        label="Calls to models"
        items={calls.calls}
        keyOf={(call) => call.event_id}
        height={36}
        render={(call) => (
          <div className={styles.call}>
            <button
              type="button"
              aria-expanded={call.event_id === open}
              onClick={() => onEvent(call.event_id)}
            >
              <CallLine call={call} />
            </button>
            {call.event_id === open && (
              <>
                {events.isPending && <Loading what="the transcript" />}
                {events.isError && <Problem error={events.error} />}
                {event && <Transcript call={call} body={event.body} />}
              </>
            )}
          </div>
        )}
      />
    </div>
  );
}

/** Whether the call failed, or its answer was cut off. */
function isDoubtful(call: LlmCall): boolean {
  const isCutOff = call.finish_reasons.some((reason) => /length|max_tokens/i.test(reason));
  return isCutOff || Boolean(call.error) || (call.status ?? 0) >= 400 || !call.is_complete;
}

function CallLine({ call }: { call: LlmCall }) {
  const hasTokens = call.input_tokens !== null || call.output_tokens !== null;
  return (
    <>
      <time>{clockText(call.time_unix_ns)}</time>
      <strong>{call.model ?? call.provider ?? "model"}</strong>
      <span data-failed={isDoubtful(call) || undefined}>
        {call.error ?? ([call.status, ...call.finish_reasons].filter(Boolean).join(" ") || "answered")}
      </span>
      <span>{tookText(call.took_ms)}</span>
      {hasTokens && (
        <span>
          {countText(call.input_tokens)} → {countText(call.output_tokens)} tokens
        </span>
      )}
      {call.cost_usd !== null && <span>{costText(call.cost_usd)}</span>}
      <code>{placeText(call.caller)}</code>
    </>
  );
}
