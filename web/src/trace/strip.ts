/** The last events of a trace laid out in lanes over time. Pure: tested without a page. */

import type { EventLine, Json, Ns } from "../api/types";
import { betweenMs } from "../ui/time";

export interface Mark {
  eventId: string;
  text: string;
  /** Per cent of the time shown. */
  left: number;
  width: number;
  isFailure: boolean;
}

export interface Lane {
  name: string;
  marks: Mark[];
}

/** Which lane holds the kinds that begin so, in the order in which the lanes are shown. */
const LANES: readonly (readonly [name: string, beginnings: readonly string[]])[] = [
  ["models", ["llm."]],
  ["http", ["http.", "rate."]],
  ["sql", ["sql."]],
  ["processes", ["subprocess."]],
  ["files, env", ["file.", "directory.", "environment.", "clock.read"]],
  ["state", ["state."]],
  ["locks", ["lock."]],
  ["log", ["log.", "debug."]],
  ["errors", ["error.", "exception.", "validation."]],
];

export interface Stretch {
  startNs: Ns;
  tookMs: number;
}

/** The time from the first to the last event that has a lane; calls are told when they end. */
export function stretchOf(events: readonly EventLine[]): Stretch | null {
  const placed = events.filter((event) => laneAt(event.kind) >= 0);
  const times = placed.map((event) => BigInt(event.time_unix_ns) - beganBefore(event.body));
  const ends = placed.map((event) => BigInt(event.time_unix_ns));
  if (times.length === 0) return null;
  const start = times.reduce((least, one) => (one < least ? one : least));
  const end = ends.reduce((most, one) => (one > most ? one : most));
  return { startNs: String(start), tookMs: Math.max(0.001, Number(end - start) / 1e6) };
}

export function lanesOf(events: readonly EventLine[], stretch: Stretch): Lane[] {
  const lanes = LANES.map(([name]) => ({ name, marks: [] as Mark[] }));
  for (const event of events) {
    lanes[laneAt(event.kind)]?.marks.push(markOf(event, stretch));
  }
  return lanes.filter((lane) => lane.marks.length > 0);
}

function laneAt(kind: string): number {
  return LANES.findIndex(([, beginnings]) =>
    beginnings.some((beginning) => kind.startsWith(beginning)),
  );
}

function markOf(event: EventLine, stretch: Stretch): Mark {
  const tookMs = tookOf(event.body);
  const endMs = betweenMs(stretch.startNs, event.time_unix_ns);
  return {
    eventId: event.event_id,
    text: event.text,
    left: ((endMs - tookMs) / stretch.tookMs) * 100,
    width: (tookMs / stretch.tookMs) * 100,
    isFailure: isFailure(event),
  };
}

function beganBefore(body: Record<string, Json>): bigint {
  return BigInt(Math.round(tookOf(body) * 1e6));
}

function tookOf(body: Record<string, Json>): number {
  const took = body["took_ms"];
  return typeof took === "number" && body["cpu_ms"] === undefined ? took : 0;
}

/** Errors, answers that say that a request failed, log lines of errors. */
export function isFailure({ kind, body }: Pick<EventLine, "kind" | "body">): boolean {
  if (kind === "error.raised" || kind === "error.repeated") return true;
  if (kind === "log.emitted") return body["level"] === "ERROR" || body["level"] === "CRITICAL";
  const status = body["status"];
  if (kind === "http.called" || kind === "llm.called") {
    return Boolean(body["error"]) || (typeof status === "number" && status >= 400);
  }
  const exit = body["exit_code"];
  return kind === "subprocess.ended" && typeof exit === "number" && exit !== 0;
}
