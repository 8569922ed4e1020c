/** What a trace is: its name, how it ended, when, and what to compare it with. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "react-router";

import { api } from "../api/client";
import type { TraceSummary, Trail } from "../api/types";
import { StatusMark } from "../ui/StatusMark";
import { commandText, countText, nameText, shortId, term } from "../ui/text";
import { momentText, tookText } from "../ui/time";
import { endText } from "./traceColumns";
import styles from "./TracePage.module.css";

interface Props {
  trace: TraceSummary;
  trail: Trail | undefined;
  /** The good trace that the causes were found by. */
  comparedWith: string | null | undefined;
  /** Whether traces to compare with may be asked for by now. */
  mayAsk: boolean;
}

const OFFERED = 20;

export function TraceHead({ trace, trail, comparedWith, mayAsk }: Props) {
  const navigate = useNavigate();
  const others = useQuery({
    queryKey: ["same-name", trace.name],
    queryFn: () => api.traces(term("name", trace.name), null, OFFERED),
    enabled: mayAsk,
    staleTime: 30_000,
    retry: false,
  });
  const offered = (others.data?.traces ?? []).filter((one) => one.trace_id !== trace.trace_id);
  const compare = (other: string) => void navigate(`/compare/${other}/${trace.trace_id}`);
  const lost = trail?.lost.reduce((sum, one) => sum + one.count, 0) ?? 0;
  return (
    <header className={styles.head}>
      <div className={styles.title}>
        <StatusMark status={trace.status} isLive={trace.is_live} />
        <h1>{nameText(trace.name)}</h1>
        <div className={styles.actions}>
          {comparedWith && (
            <Link to={`/compare/${comparedWith}/${trace.trace_id}`}>Compare with the last good one</Link>
          )}
          {offered.length > 0 && (
            <select
              aria-label="Compare with"
              value=""
              onChange={(event) => compare(event.target.value)}
            >
              <option value="">Compare with…</option>
              {offered.map((one) => (
                <option key={one.trace_id} value={one.trace_id}>
                  {momentText(one.start_unix_ns)} {one.status}
                </option>
              ))}
            </select>
          )}
        </div>
      </div>
      <dl className={styles.facts}>
        <Fact name="began" value={momentText(trace.start_unix_ns)} />
        <Fact name="took" value={tookText(trace.took_ms)} />
        {endText(trace) !== "–" && (
          <Fact name="ended" value={endText(trace)} isFailed={trace.status === "error"} />
        )}
        {trace.command && <Fact name="command" value={commandText(trace.command)} isCode />}
        {trail?.cwd && <Fact name="in" value={trail.cwd} isCode />}
        <Fact name="events" value={countText(trace.events)} />
        {trace.spans > 0 && <Fact name="spans" value={countText(trace.spans)} />}
        {trace.processes > 1 && <Fact name="processes" value={countText(trace.processes)} />}
        {trace.session && <Fact name="session" value={trace.session} isCode />}
        <Fact name="trace" value={shortId(trace.trace_id)} isCode />
      </dl>
      {trail && trail.related.length > 0 && (
        <p className={styles.facts}>
          {trail.related.map((one) => (
            <span key={one.trace_id + one.relation}>
              {one.relation} <Link to={`/traces/${one.trace_id}`}>{nameText(one.name ?? shortId(one.trace_id))}</Link>
            </span>
          ))}
        </p>
      )}
      {trail && (trail.notes.length > 0 || trail.gaps.length > 0 || lost > 0) && (
        <ul className={styles.notes} aria-label="What to doubt">
          {trail.gaps.map((gap) => (
            <li key={gap.text}>{gap.text}</li>
          ))}
          {trail.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </header>
  );
}

interface FactProps {
  name: string;
  value: string;
  isCode?: boolean;
  isFailed?: boolean;
}

function Fact({ name, value, isCode = false, isFailed = false }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-failed={isFailed || undefined}>{isCode ? <code>{value}</code> : value}</dd>
    </div>
  );
}
