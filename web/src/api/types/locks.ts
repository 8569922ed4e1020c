/** Who waited for which lock, and who held it. Every member ending in `_ns` is decimal text on the wire. */

import type { Place } from "./calls";
import type { Ns } from "./scalars";

export interface LockTimeline {
  locks: LockUse[];
  owners: OwnerUse[];
  steps: LockStep[];
  inversions: Inversion[];
  deadlocks: Deadlock[];
  events: number;
  start_unix_ns: Ns | null;
  end_unix_ns: Ns | null;
  cut: number;
  locks_cut: number;
}

export interface LockUse {
  lock: string;
  lock_id: string;
  lock_type: string;
  acquired: number;
  contended: number;
  timed_out: number;
  wait_ms: number;
  wait_ms_max: number;
  hold_ms: number;
  hold_ms_max: number;
  owners: string[];
  held_by: string[];
}

export interface OwnerUse {
  owner: string;
  acquired: number;
  timed_out: number;
  wait_ms: number;
  hold_ms: number;
  holds: string[];
  waits_for: string[];
}

export interface LockStep {
  what: "hold" | "wait";
  lock: string;
  lock_id: string;
  owner: string;
  process: string;
  start_unix_ns: Ns;
  end_unix_ns: Ns | null;
  took_ms: number | null;
  outcome: "acquired" | "cancelled" | "open" | "released" | "timed_out";
  holder: string | null;
  event_id: string;
  caller: Place | null;
}

export interface Inversion {
  locks: string[];
  orders: Order[];
  guarded_by: string[];
  is_one_owner: boolean;
}

export interface Order {
  held: string;
  wanted: string;
  owners: string[];
  events: string[];
  count: number;
}

export interface Deadlock {
  error_id: string;
  event_id: string;
  mechanism: string;
  message: string;
  time_unix_ns: Ns;
  locks: string[];
}
