/** Where the time went. Every member ending in `_ns` is decimal text on the wire. */

import type { Json, Ns } from "./scalars";

export interface Performance {
  took_ms: number;
  spans: NameTime[];
  calls: NameTime[];
  sorts: SortTime[];
  bottleneck: Bottleneck | null;
  critical_path: CriticalPath;
  bars: Bar[];
  bars_cut: number;
  measured: Usage[];
  span_count: number;
  call_count: number;
  notes: string[];
}

export interface NameTime {
  name: string;
  sort: string;
  count: number;
  failed: number;
  total_ms: number;
  self_ms: number;
  own_ms: number;
  spread: Spread | null;
  slowest: string;
  share: number | null;
}

export interface Spread {
  min: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

export interface SortTime {
  sort: string;
  count: number;
  failed: number;
  total_ms: number;
  max_ms: number;
  share: number | null;
}

export interface Bottleneck {
  name: string;
  sort: string;
  took_ms: number;
  share: number | null;
}

export interface CriticalPath {
  steps: PathStep[];
  took_ms: number;
  steps_cut: number;
}

export interface PathStep {
  span_id: string | null;
  name: string;
  depth: number;
  start_unix_ns: Ns;
  until_unix_ns: Ns;
  on_path_ms: number;
  share: number | null;
}

export interface Bar {
  name: string;
  sort: string;
  depth: number;
  after_ms: number;
  took_ms: number;
  status: string;
  event_id: string;
  span_id: string | null;
}

export interface Usage {
  name: string;
  count: number;
  took_ms: number;
  cpu_ms: number | null;
  peak_memory_bytes: number | null;
  gc_pauses: number | null;
  gc_pause_ms: number | null;
  allocated: Json[];
}
