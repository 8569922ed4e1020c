/** An error with its frames, locals and what led to it. Every member ending in `_ns` is decimal text on the wire. */

import type { Json, Ns } from "./scalars";

export interface Failure {
  type: string;
  message: string;
  file: string | null;
  line: number | null;
  function: string | null;
  qualified: string | null;
  code: string | null;
  expression: string | null;
  source: SourceLine[];
  locals: Record<string, Json> | null;
  locals_cut: number;
  qualified_type: string;
  notes: string[];
  error_id: string;
  trace_id: string;
  part_of: string | null;
  mechanism: string;
  is_handled: boolean;
  fingerprint: string;
  repeats_before: number;
  time: string;
  time_unix_ns: Ns;
  process: string;
  thread: string | null;
  task: string | null;
  span_id: string | null;
  chain: LinkedError[];
  chain_cut: number;
  frames: Frame[];
  frames_cut: number;
  history: HistoryEntry[];
  open_spans: SpanLeftOpen[];
  blocked: Blocked[];
  threads: Stack[];
  tasks: Stack[];
  locks: HeldLock[];
  state: Json;
  process_facts: Record<string, Json>;
  session: string | null;
}

export interface SourceLine {
  line: number;
  text: string;
}

export interface LinkedError {
  type: string;
  message: string;
  file: string | null;
  line: number | null;
  function: string | null;
  qualified: string | null;
  code: string | null;
  expression: string | null;
  source: SourceLine[];
  locals: Record<string, Json> | null;
  locals_cut: number;
  qualified_type: string;
  notes: string[];
  relation: string | null;
  parent: number | null;
  frames: Frame[];
  frames_cut: number;
  error_id: string | null;
}

export interface Frame {
  file: string;
  line: number;
  function: string;
  qualified: string;
  module?: string | null;
  code?: string | null;
  expression?: string | null;
  source?: SourceLine[];
  locals?: Record<string, Json> | null;
  locals_cut?: number;
  is_app?: boolean;
}

export interface HistoryEntry {
  text: string;
  kind: string;
  time: string | null;
  before_ms: number | null;
  thread: string | null;
  task: string | null;
  span_id: string | null;
  body: Record<string, Json>;
}

export interface SpanLeftOpen {
  span_id: string;
  name: string;
  parent: string | null;
  open_ms: number;
  attributes: Record<string, Json>;
}

export interface Blocked {
  thread: string | null;
  task: string | null;
  file: string | null;
  line: number | null;
  function: string | null;
  qualified: string | null;
  code: string | null;
  expression: string | null;
  source: SourceLine[];
  locals: Record<string, Json> | null;
  locals_cut: number;
  waits_for: string | null;
  frames: Frame[];
}

export interface Stack {
  name: string;
  frames?: Frame[];
  waits_for?: string | null;
  is_current?: boolean;
  is_daemon?: boolean;
}

export interface HeldLock {
  name: string;
  holder?: string | null;
  waiters?: string[];
}

export interface Repeat {
  type: string;
  message: string;
  fingerprint: string;
  count: number;
}

export interface SameError {
  fingerprint: string;
  type: string;
  message: string;
  error_id: string;
  trace_id: string;
  time: string;
  time_unix_ns: Ns;
}
