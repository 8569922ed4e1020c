/** How the state changed, and which exceptions were swallowed. Every member ending in `_ns` is decimal text on the wire. */

import type { Place } from "./calls";
import type { Json, Ns } from "./scalars";

export interface StateHistory {
  changes: StateChange[];
  names: StateName[];
  count: number;
  cut: number;
  names_cut: number;
}

export interface StateChange {
  event_id: string;
  time: string;
  time_unix_ns: Ns;
  process: string;
  thread: string | null;
  task: string | null;
  span_id: string | null;
  name: string;
  how: string;
  edits: Edit[];
  before: Json;
  after: Json;
  before_blob: string | null;
  after_blob: string | null;
  is_cut: boolean;
  count: number;
  caller: Place | null;
}

export interface Edit {
  op: string;
  path: string;
  before: Json;
  after: Json;
  source: string | null;
}

export interface StateName {
  name: string;
  changes: number;
  writers: string[];
  first_event: string;
  last_event: string;
}

export interface Swallowed {
  places: SwallowedException[];
  count: number;
  cut: number;
}

export interface SwallowedException {
  event_id: string;
  type: string;
  message: string;
  how: string;
  raised: Place | null;
  handler: Place | null;
  count: number;
  time: string;
  time_unix_ns: Ns;
}
