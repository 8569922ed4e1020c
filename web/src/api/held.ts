/** Answers about one trace from what the page itself holds, as the server would. */

import { ApiProblem, type Answerer, type Parameters } from "./client";
import type { Event, OutlineRow, PathStep, SpanRow, TraceSummary, Trail, Why } from "./types";

/** What `backtrail export` puts into the file. */
export interface Held {
  trace: TraceSummary;
  trail: Trail;
  /** By error; the one that is asked for without an error has an empty name. */
  whys: Record<string, Why>;
  spans: SpanRow[];
  spans_total: number;
  steps: PathStep[];
  steps_total: number;
  events: Event[];
  /** What was left out, in sentences. */
  notes: string[];
}

/** What stands in the page; `null` where it holds nothing. */
export function heldIn(document: Document): Held | null {
  const text = document.getElementById("backtrail-data")?.textContent ?? "{}";
  const held = JSON.parse(text) as Partial<Held>;
  return held.trace ? (held as Held) : null;
}

export function answersOf(held: Held): Answerer {
  const at = `traces/${encodeURIComponent(held.trace.trace_id)}`;
  const spans = new Map(held.spans.map((span) => [span.span_id, span]));
  const rows = held.spans.map(rowOf);
  return (path, parameters) => {
    if (path !== at && !path.startsWith(`${at}/`)) throw notHeld(path);
    const part = path.slice(at.length);
    const span = /^\/spans\/(.+)$/.exec(part)?.[1];
    const found = span === undefined ? answer(part, parameters) : spans.get(decodeURIComponent(span));
    if (found === undefined) throw notHeld(path);
    return found;
  };

  function answer(part: string, parameters: Parameters): unknown {
    const { start_unix_ns: start, end_unix_ns: end } = held.trace;
    switch (part) {
      case "":
        return held.trace;
      case "/trail":
        return held.trail;
      case "/why":
        return held.whys[String(parameters["error"] ?? "")];
      case "/outline":
        return { rows, total: held.spans_total, start_unix_ns: start, end_unix_ns: end, next_cursor: null };
      case "/critical-path":
        return { steps: held.steps, total: held.steps_total, took_ms: held.trace.took_ms ?? 0, next_cursor: null };
      case "/events":
        return { events: held.events.filter(wanted(parameters)), next_cursor: null };
      default:
        return undefined;
    }
  }
}

function notHeld(path: string): ApiProblem {
  return new ApiProblem({
    title: "Not held",
    status: 404,
    detail: `This file does not hold ${path}.`,
    hint: "`backtrail serve` shows all that was recorded.",
  });
}

function wanted({ kind, text }: Parameters): (event: Event) => boolean {
  const kinds = new Set(Array.isArray(kind) ? kind : []);
  const part = typeof text === "string" ? text.toLowerCase() : "";
  return (event) =>
    (kinds.size === 0 || kinds.has(event.kind)) &&
    (part === "" || JSON.stringify(event).toLowerCase().includes(part));
}

function rowOf(span: SpanRow): OutlineRow {
  const { span_id, parent, depth, name, status, start_unix_ns, error } = span;
  const [took_ns, self_ns] = [nsText(span.took_ms), nsText(span.self_ms)];
  return { span_id, parent, depth, name, status, start_unix_ns, error, took_ns, self_ns };
}

function nsText(ms: number | null): string | null {
  return ms === null ? null : String(Math.round(ms * 1e6));
}
