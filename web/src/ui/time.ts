/** Times and durations in the words of a reader. */

import type { Ns } from "../api/types";

const MS = 1_000_000n;

/** A moment in ISO 8601 as nanoseconds since 1970. */
export function nsOf(time: string): Ns {
  return String(BigInt(Date.parse(time)) * MS);
}

/** Milliseconds since 1970. */
export function unixMs(ns: Ns): number {
  return Number(BigInt(ns) / MS);
}

/** Milliseconds from one moment to another, with their fraction. */
export function betweenMs(from: Ns, to: Ns): number {
  return Number(BigInt(to) - BigInt(from)) / 1e6;
}

/** A duration with three digits that matter: `853 µs`, `12.4 ms`, `2.10 s`, `3 min 05 s`. */
export function tookText(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return "–";
  if (ms < 0.001) return "0 ms";
  if (ms < 1) return `${digits(ms * 1000)} µs`;
  if (ms < 999.5) return `${digits(ms)} ms`;
  if (ms < 60_000) return `${digits(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
}

function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** How long ago: `now`, `12 s ago`, `5 min ago`, `3 h ago`, `4 d ago`. */
export function agoText(ns: Ns, nowMs: number): string {
  const seconds = Math.round((nowMs - unixMs(ns)) / 1000);
  if (seconds < 3) return "now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** The reader's local date and time, to the second. */
export function momentText(ns: Ns): string {
  const at = new Date(unixMs(ns));
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** The reader's local time of day, to the millisecond. */
export function clockText(ns: Ns): string {
  const at = new Date(unixMs(ns));
  const part = String(at.getMilliseconds()).padStart(3, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${part}`;
}
