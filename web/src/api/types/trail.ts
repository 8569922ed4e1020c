/** A trace put together. Every member ending in `_ns` is decimal text on the wire. */

import type { HttpCalls, LlmCalls } from "./calls";
import type { Failure, Repeat, SameError } from "./failure";
import type { LockTimeline } from "./locks";
import type { Performance } from "./performance";
import type { StateHistory, Swallowed } from "./state";
import type { Link } from "./summary";
import type { Json, Ns, Status } from "./scalars";

export interface Trail {
  trace_id: string;
  name: string;
  status: Status;
  session: string | null;
  command: string[];
  cwd: string | null;
  exit_code: number | null;
  signal: string | null;
  is_timed_out: boolean;
  is_live: boolean;
  time: string;
  start_unix_ns: Ns;
  end_unix_ns: Ns | null;
  took_ms: number | null;
  links: Link[];
  processes: Process[];
  errors: Failure[];
  repeats: Repeat[];
  event_count: number;
  error_count: number;
  span_count: number;
  events: EventLine[];
  outline: SpanRow[];
  lost: Loss[];
  llm: LlmCalls;
  http: HttpCalls;
  locks: LockTimeline;
  state: StateHistory;
  swallowed: Swallowed;
  performance: Performance;
  gaps: Gap[];
  related: RelatedTrace[];
  same_errors: SameError[];
  notes: string[];
}

export interface Process {
  process: string;
  pid: number | null;
  parent_pid: number | null;
  command: string[];
  python: string | null;
  cwd: string | null;
  mode: string | null;
  time: string;
  ending: "ended" | "killed" | "running";
}

export interface EventLine {
  event_id: string;
  text: string;
  kind: string;
  time: string;
  time_unix_ns: Ns;
  process: string;
  thread: string | null;
  task: string | null;
  span_id: string | null;
  body: Record<string, Json>;
}

export interface SpanRow {
  span_id: string;
  name: string;
  depth: number;
  parent: string | null;
  status: Status;
  start_unix_ns: Ns | null;
  took_ms: number | null;
  self_ms: number | null;
  error: string | null;
  attributes: Record<string, Json>;
  process: string;
  thread: string | null;
  task: string | null;
}

export interface Loss {
  reason: string;
  count: number;
  process: string | null;
}

export interface Gap {
  what: "dropped" | "killed" | "missing" | "torn";
  text: string;
  count: number | null;
  process: string;
  after_event: string | null;
  time: string | null;
  time_unix_ns: Ns | null;
}

export interface RelatedTrace {
  trace_id: string;
  relation: string;
  is_named: boolean;
  name: string | null;
  status: string | null;
  time: string | null;
}
