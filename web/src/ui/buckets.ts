/** From counts of stretches of time to bars. Pure: tested without a page. */

import type { Stats } from "../api/types";
import { unixMs } from "./time";

export interface Bucket {
  startMs: number;
  ok: number;
  failed: number;
}

export function buckets(stats: Stats): Bucket[] {
  const first = unixMs(stats.since_unix_ns);
  const length = Number(stats.bucket_ns) / 1e6;
  return stats.traces.map((traces, at) => {
    const failed = stats.failed[at] ?? 0;
    return { startMs: first + at * length, ok: Math.max(0, traces - failed), failed };
  });
}

export function totals(stats: Pick<Stats, "traces" | "failed">): { traces: number; failed: number } {
  return { traces: sum(stats.traces), failed: sum(stats.failed) };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, one) => all + one, 0);
}

/** The end of a scale that holds the number: 1, 2 or 5 times a power of ten. */
export function scaleEnd(most: number): number {
  if (most <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((end) => end >= most) ?? most;
}

/** The time of day, and the date too for stretches of half a day and more. */
export function axisText(ms: number, spanMs: number): string {
  const at = new Date(ms);
  const day = at.toLocaleDateString("en", { month: "short", day: "numeric" });
  if (spanMs > 2 * 86_400_000) return day;
  const time = at.toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hour12: false });
  return spanMs > 43_200_000 ? `${day} ${time}` : time;
}
