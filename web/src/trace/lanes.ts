/** Waits and holds of locks as boxes in lanes, one lane for each owner. Pure. */

import type { LockStep, LockTimeline, Ns } from "../api/types";
import { betweenMs } from "../ui/time";

export interface Box {
  step: LockStep;
  lane: number;
  /** Parts of the time shown, from 0 to 1. */
  left: number;
  width: number;
}

export interface Lanes {
  owners: string[];
  boxes: Box[];
  startNs: Ns;
  tookMs: number;
}

/** Where an error ended what was waited for, so that an open wait has a length. */
function endOf(locks: LockTimeline): bigint {
  const ends = [locks.end_unix_ns, ...locks.deadlocks.map((one) => one.time_unix_ns)];
  return ends.reduce((most, one) => (one !== null && BigInt(one) > most ? BigInt(one) : most), 0n);
}

export function lanesOf(locks: LockTimeline): Lanes | null {
  const starts = locks.steps.map((step) => BigInt(step.start_unix_ns));
  if (starts.length === 0) return null;
  const start = starts.reduce((least, one) => (one < least ? one : least));
  const end = endOf(locks);
  const tookMs = Math.max(0.001, Number(end - start) / 1e6);
  const owners = [...new Set(locks.steps.map((step) => step.owner))].toSorted();
  const boxes = locks.steps.map((step) => {
    const left = betweenMs(String(start), step.start_unix_ns) / tookMs;
    const lasted = betweenMs(step.start_unix_ns, step.end_unix_ns ?? String(end)) / tookMs;
    return {
      step,
      lane: owners.indexOf(step.owner),
      left,
      width: Math.max(0, Math.min(lasted, 1 - left)),
    };
  });
  return { owners, boxes, startNs: String(start), tookMs };
}

/** A colour for each lock, always the same one within a trace. */
export function hueOf(lockIds: readonly string[], lockId: string): number {
  const at = Math.max(0, lockIds.indexOf(lockId));
  return (200 + at * 67) % 360;
}
