/** Where a span's bar lies on the time of its trace. Pure: tested without a page. */

import type { Ns, OutlineRow, PathStep } from "../api/types";
import { betweenMs } from "../ui/time";

export interface Extent {
  startNs: Ns;
  tookMs: number;
}

export interface Bar {
  /** Per cent of the trace's time. */
  left: number;
  width: number;
}

/** The time that a trace covers; never nothing, so that it can be divided by. */
export function extentOf(startNs: Ns, endNs: Ns): Extent {
  return { startNs, tookMs: Math.max(betweenMs(startNs, endNs), 0.001) };
}

/** The bar of a span; an open one reaches to the end, one without a beginning has none. */
export function barOf(row: Pick<OutlineRow, "start_unix_ns" | "took_ns">, extent: Extent): Bar | null {
  if (row.start_unix_ns === null) return null;
  const afterMs = betweenMs(extent.startNs, row.start_unix_ns);
  const tookMs = row.took_ns === null ? extent.tookMs - afterMs : Number(row.took_ns) / 1e6;
  const left = percent(afterMs / extent.tookMs);
  return { left, width: Math.min(percent(tookMs / extent.tookMs), 100 - left) };
}

/** Where the critical path is in a span, or in one below it. */
export function stepBarOf(step: Pick<PathStep, "start_unix_ns" | "until_unix_ns">, extent: Extent): Bar {
  const left = percent(betweenMs(extent.startNs, step.start_unix_ns) / extent.tookMs);
  const width = percent(betweenMs(step.start_unix_ns, step.until_unix_ns) / extent.tookMs);
  return { left, width: Math.min(width, 100 - left) };
}

function percent(part: number): number {
  return Math.max(0, Math.min(100, part * 100));
}

/** Round moments on an axis: about `wanted` of them, in ms from the beginning. */
export function ticks(tookMs: number, wanted: number): number[] {
  const rough = tookMs / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough;
  const count = Math.floor(tookMs / step + 1e-9);
  return Array.from({ length: count + 1 }, (_, at) => at * step);
}
