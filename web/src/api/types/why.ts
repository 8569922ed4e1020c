/** The likely causes of an error. Every member ending in `_ns` is decimal text on the wire. */

import type { Place } from "./calls";
import type { Ns } from "./scalars";

export interface Why {
  trace_id: string;
  error_id: string | null;
  error: string | null;
  where: string | null;
  suspects: string[];
  candidates: Candidate[];
  note: string | null;
  events_read: number;
  compared_with: string | null;
}

export interface Candidate {
  kind: "argument" | "clock" | "config" | "env" | "error" | "file_read" | "http_response" | "llm_response" | "lock_order" | "race" | "sqlite" | "state_change" | "subprocess" | "swallowed_exception" | "timeout" | "validation";
  event: EventShown;
  where: string | null;
  place: Place | null;
  score: number;
  summary: string;
  evidence: string[];
  against: string[];
  chain: Step[];
  rules: string[];
}

export interface EventShown {
  id: string;
  kind: string;
  text: string;
  time_unix_ns: Ns;
  before_ms: number | null;
}

export interface Step {
  event_id: string | null;
  where: string | null;
  text: string;
}
