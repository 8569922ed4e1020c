/** What the routes answer around the shapes that the commands print too. */

import type { PathStep } from "./performance";
import type { Json, Ns, Status } from "./scalars";
import type { ErrorSummary, Event, TraceSummary } from "./summary";

export interface Health {
  status: string;
  version: string;
  project: string;
  is_recording_here: boolean;
}

interface Page {
  /** `null` at the end. */
  next_cursor: string | null;
}

export interface TracesPage extends Page {
  traces: TraceSummary[];
}

export interface EventsPage extends Page {
  events: Event[];
}

export interface ErrorsPage extends Page {
  errors: ErrorSummary[];
}

export interface OutlineRow {
  span_id: string;
  parent: string | null;
  depth: number;
  name: string;
  status: Status;
  start_unix_ns: Ns | null;
  took_ns: Ns | null;
  self_ns: Ns | null;
  error: string | null;
}

export interface OutlinePage extends Page {
  rows: OutlineRow[];
  total: number;
  start_unix_ns: Ns;
  end_unix_ns: Ns;
}

export interface PathPage extends Page {
  steps: PathStep[];
  total: number;
  took_ms: number;
}

export interface ErrorGroup {
  fingerprint: string;
  type: string;
  message: string;
  file: string | null;
  line: number | null;
  function: string | null;
  count: number;
  traces: number;
  first_unix_ns: Ns;
  last_unix_ns: Ns;
  last_error_id: string;
  last_trace_id: string;
  /** Errors in each of 24 equal stretches of time, the last one now. */
  trend: number[];
}

export interface ErrorGroupsPage extends Page {
  groups: ErrorGroup[];
}

export interface Session {
  /** `null` for the traces that have none. */
  session: string | null;
  traces: number;
  errors: number;
  first_unix_ns: Ns;
  last_unix_ns: Ns;
  last_trace_id: string;
  name: string;
}

export interface SessionsPage extends Page {
  sessions: Session[];
}

export interface Latency {
  name: string;
  count: number;
  failed: number;
  p50_ms: number;
  p95_ms: number;
  max_ms: number;
}

export interface Stats {
  since_unix_ns: Ns;
  until_unix_ns: Ns;
  bucket_ns: Ns;
  traces: number[];
  failed: number[];
  latency: Latency[];
}

/** One way to go on with a query. */
export interface Completion {
  text: string;
  /** What it takes the place of, in whole characters. */
  start: number;
  end: number;
  about: string;
}

export interface Completions {
  completions: Completion[];
}

export interface LiveEvent {
  trace_id: string;
  kind: string;
  time_unix_ns: Ns;
  text: string;
  event_id: string;
}

/** A problem document (RFC 9457). */
export interface Problem {
  title: string;
  status: number;
  detail: string;
  hint?: string | null;
  [member: string]: Json | undefined;
}
