/** A stretch of time in a query, and on a plot of buckets. Pure: tested without a page. */

import type { Stats } from "../api/types";
import { unixMs } from "../ui/time";

export interface Range {
  /** `null` where the query says nothing. */
  sinceMs: number | null;
  untilMs: number | null;
}

/** Places between buckets, from 0 to as many as there are. */
export type Stretch = readonly [from: number, to: number];

export const WINDOWS = { "1h": 3_600_000, "24h": 86_400_000, "7d": 604_800_000, "30d": 2_592_000_000 };
export type Window = keyof typeof WINDOWS;
const USUAL: Window = "24h";

const UNITS: Record<string, number> = {
  s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000,
};
const TERM = /(^|\s)(since|until):(?:"([^"]*)"|([^\s()"]+))(?=\s|$)/g;

/** What the terms `since:` and `until:` of a query say; what is not read here counts as not said. */
export function rangeOf(query: string, nowMs: number): Range {
  const range: Range = { sinceMs: null, untilMs: null };
  for (const [, , name, quoted, bare] of query.matchAll(TERM)) {
    range[name === "since" ? "sinceMs" : "untilMs"] = momentOf(quoted ?? bare ?? "", nowMs);
  }
  return range;
}

function momentOf(text: string, nowMs: number): number | null {
  const [, count, unit] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(text) ?? [];
  if (count && unit) return UNITS[unit] ? nowMs - Number(count) * UNITS[unit] : null;
  // A date alone is one of this machine, as it is for the server; the browser takes it as UTC.
  const ms = Date.parse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text);
  return Number.isNaN(ms) ? null : ms;
}

/** The query with another stretch of time, or with none. */
export function withRange(query: string, { sinceMs, untilMs }: Range): string {
  const rest = query.replaceAll(TERM, "$1").replaceAll(/\s+/g, " ").trim();
  const terms = [
    sinceMs === null ? "" : `since:${momentTerm(Math.floor(sinceMs / 1000))}`,
    untilMs === null ? "" : `until:${momentTerm(Math.ceil(untilMs / 1000))}`,
  ].filter(Boolean);
  // The stretch must hold for each side of an `or`.
  const whole = terms.length > 0 && /(^|[\s)])or($|[\s(])/i.test(rest) ? `(${rest})` : rest;
  return [whole, ...terms].filter(Boolean).join(" ");
}

function momentTerm(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** How far back the plot reaches: as chosen, else far enough for the stretch of the query. */
export function windowOf(chosen: string | null, range: Range, nowMs: number): Window {
  if (chosen !== null && Object.hasOwn(WINDOWS, chosen)) return chosen as Window;
  const agoMs = range.sinceMs === null ? 0 : nowMs - range.sinceMs;
  if (agoMs <= WINDOWS[USUAL]) return USUAL;
  return (Object.keys(WINDOWS) as Window[]).find((one) => agoMs <= WINDOWS[one]) ?? "30d";
}

/** Where a stretch of time lies on a plot; `null` when it is the whole or not on it. */
export function stretchOn(stats: Stats, range: Range): Stretch | null {
  if (range.sinceMs === null && range.untilMs === null) return null;
  const count = stats.traces.length;
  const place = (ms: number | null, missing: number) =>
    ms === null ? missing : Math.max(0, Math.min(count, Math.round((ms - startMs(stats)) / bucketMs(stats))));
  const [from, to] = [place(range.sinceMs, 0), place(range.untilMs, count)];
  return from < to ? [from, to] : null;
}

/** The time of a stretch; one that reaches the end stays open, so that what comes is in it. */
export function rangeOn(stats: Stats, [from, to]: Stretch): Range {
  const count = stats.traces.length;
  if (from <= 0 && to >= count) return { sinceMs: null, untilMs: null };
  return { sinceMs: timeAt(stats, from), untilMs: to >= count ? null : timeAt(stats, to) };
}

/** The moment at a place between buckets. */
export function timeAt(stats: Stats, place: number): number {
  return startMs(stats) + place * bucketMs(stats);
}

function startMs(stats: Stats): number {
  return unixMs(stats.since_unix_ns);
}

function bucketMs(stats: Stats): number {
  return Number(stats.bucket_ns) / 1e6;
}

/** The buckets between two places on the plot, each from 0 to 1; at least one. */
export function stretchBetween(one: number, other: number, count: number): Stretch {
  const [left, right] = one < other ? [one, other] : [other, one];
  const from = Math.max(0, Math.min(count - 1, Math.floor(left * count)));
  return [from, Math.max(from + 1, Math.min(count, Math.ceil(right * count)))];
}
