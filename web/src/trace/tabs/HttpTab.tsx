/** Calls over HTTP: a bar for how long each took, and what was sent and answered. */

import type { HttpCall, HttpCalls } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { Json } from "../../ui/Json";
import { LongList } from "../../ui/LongList";
import { placeText, several } from "../../ui/text";
import { clockText, tookText } from "../../ui/time";
import styles from "./HttpTab.module.css";

interface Props {
  http: HttpCalls;
  /** The event of the call that is open. */
  event: string | null;
  onEvent: (eventId: string | null) => void;
}

export function HttpTab({ http, event: open, onEvent }: Props) {
  if (http.count === 0) return <Empty text="Nothing was called over HTTP in this trace." />;
  const most = Math.max(0.001, ...http.calls.map((call) => call.took_ms ?? 0));
  return (
    <div className={styles.tab}>
      <p className={styles.sum}>
        {several(http.count, "call")}
        {http.failed > 0 && <strong>, {http.failed} failed</strong>}
        {http.retried > 0 && `, ${http.retried} of them tried again`}
        {http.rate_limited > 0 &&
          `, ${http.rate_limited} told to wait: ${tookText(http.waited_ms)}`}
        {http.cut > 0 && `; ${http.cut} earlier ones are not listed`}
      </p>
      <LongList
        label="Calls over HTTP"
        items={http.calls}
        keyOf={(call) => call.event_id}
        height={32}
        render={(call) => (
          <div className={styles.call}>
            <button
              type="button"
              aria-expanded={call.event_id === open}
              onClick={() => onEvent(call.event_id === open ? null : call.event_id)}
            >
              <time>{clockText(call.time_unix_ns)}</time>
              <strong>{call.method}</strong>
              <span className={styles.status} data-failed={isFailed(call) || undefined}>
                {call.status ?? (call.is_timeout ? "timeout" : "failed")}
              </span>
              <code className={styles.url} title={call.url}>
                <span className={styles.origin}>{originOf(call.url)}</span>
                {call.url.slice(originOf(call.url).length)}
              </code>
              <span className={styles.bar} aria-hidden="true">
                <span
                  data-failed={isFailed(call) || undefined}
                  style={{ width: `${((call.took_ms ?? 0) / most) * 100}%` }}
                />
              </span>
              <span className={styles.took}>{tookText(call.took_ms)}</span>
            </button>
            {call.event_id === open && <Bodies call={call} />}
          </div>
        )}
      />
    </div>
  );
}

/** The beginning of an address that says where, without what. */
function originOf(url: string): string {
  return /^https?:\/\/[^/]+/.exec(url)?.[0] ?? "";
}

function isFailed(call: HttpCall): boolean {
  return Boolean(call.error) || call.is_timeout || (call.status ?? 0) >= 400;
}

function Bodies({ call }: { call: HttpCall }) {
  return (
    <div className={styles.bodies}>
      <p className={styles.sum}>
        {call.client} · attempt {call.attempt} · <code>{placeText(call.caller)}</code>
      </p>
      {call.error && <p className={styles.failure}>{call.error}</p>}
      <div className={styles.pair}>
        <div>
          <h3>Sent</h3>
          <Json value={call.request_body} label="Sent" depth={3} />
        </div>
        <div>
          <h3>Answered</h3>
          <Json value={call.response_body} label="Answered" depth={3} />
        </div>
      </div>
    </div>
  );
}
