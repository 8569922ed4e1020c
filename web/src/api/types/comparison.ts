/** What differs between two traces. Every member ending in `_ns` is decimal text on the wire. */

import type { Json } from "./scalars";

export interface Comparison {
  left: TraceBrief;
  right: TraceBrief;
  is_same_operation: boolean;
  likeness: number;
  first_divergence: Divergence | null;
  changed: ChangedValue[];
  missing: StepShown[];
  extra: StepShown[];
  slower: SlowerName[];
  notes: string[];
}

export interface TraceBrief {
  trace_id: string;
  name: string;
  status: string;
  time: string;
  took_ms: number;
  events: number;
  errors: string[];
  steps: number;
}

export interface Divergence {
  what: "changed" | "extra" | "missing";
  left: StepShown | null;
  right: StepShown | null;
  path: string | null;
  left_value: Json;
  right_value: Json;
  steps_alike: number;
}

export interface StepShown {
  event_id: string;
  kind: string;
  text: string;
  where: string | null;
  after_ms: number;
}

export interface ChangedValue {
  left: StepShown;
  right: StepShown;
  path: string;
  left_value: Json;
  right_value: Json;
}

export interface SlowerName {
  name: string;
  sort: string;
  left_count: number;
  right_count: number;
  left_ms: number;
  right_ms: number;
  left_total_ms: number;
  right_total_ms: number;
}
