/** What lists show of a trace, an error and an event. Every member ending in `_ns` is decimal text on the wire. */

import type { Json, Ns, Status } from "./scalars";

export interface TraceSummary {
  trace_id: string;
  name: string;
  status: Status;
  is_live: boolean;
  start_unix_ns: Ns;
  end_unix_ns: Ns;
  took_ms: number;
  events: number;
  errors: number;
  spans: number;
  processes: number;
  dropped: number;
  session: string | null;
  run_id: string | null;
  command: string[] | null;
  exit_code: number | null;
  signal: string | null;
  stored_bytes: number;
}

export interface ErrorSummary {
  error_id: string;
  trace_id: string;
  type: string;
  message: string;
  time_unix_ns: Ns;
  file: string | null;
  line: number | null;
  function: string | null;
  mechanism: string;
  is_handled: boolean;
  fingerprint: string;
  repeats: number;
}

export interface Event {
  kind: string;
  trace_id: string;
  span_id: string | null;
  seq: number;
  time_unix_ns: Ns;
  monotonic_ns: Ns;
  process: string;
  thread: string | null;
  task: string | null;
  version: number;
  body: Record<string, Json>;
}

export interface Link {
  relation: string;
  trace_id: string;
  span_id?: string | null;
}
