/** Asks the server; the only place that fetches. */

import { headersFor, keepCsrf } from "./session";
import type {
  Comparison,
  Completions,
  ErrorGroupsPage,
  ErrorsPage,
  EventsPage,
  Health,
  Json,
  OutlinePage,
  PathPage,
  Problem,
  SessionsPage,
  SpanRow,
  Stats,
  TraceSummary,
  TracesPage,
  Trail,
  Why,
} from "./types";

type Value = string | number | readonly string[] | null | undefined;
export type Parameters = Record<string, Value>;

/** An answer that says what went wrong, and what to do. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly hint: string | null;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = "ApiProblem";
    this.status = problem.status;
    this.hint = problem.hint ?? null;
  }
}

/** The address of a route, relative to the page, so that the app works below any path. */
export function addressOf(path: string, parameters: Parameters = {}, base?: string): string {
  const url = new URL(`api/${path}`, base ?? document.baseURI);
  url.search = "";
  url.hash = "";
  for (const [name, value] of Object.entries(parameters)) {
    if (value === null || value === undefined || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) {
      url.searchParams.append(name, String(one));
    }
  }
  return url.href;
}

/** Answers what is asked, where there is no server. */
export type Answerer = (path: string, parameters: Parameters) => unknown;

let answerer: Answerer | null = null;

/** From now on every question is answered by what the page itself holds. */
export function answerFrom(held: Answerer): void {
  answerer = held;
}

export async function get<T>(path: string, parameters?: Parameters): Promise<T> {
  if (answerer) return answerer(path, parameters ?? {}) as T;
  return asked<T>("GET", addressOf(path, parameters));
}

/** Changes something. */
export function send<T = unknown>(
  method: "POST" | "DELETE",
  path: string,
  body?: Record<string, Json>,
): Promise<T> {
  return asked<T>(method, addressOf(path), body);
}

async function asked<T>(method: string, address: string, body?: Record<string, Json>): Promise<T> {
  const answer = await fetch(address, {
    method,
    headers: headersFor(method, new URL(document.baseURI).search),
    ...(body && { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new ApiProblem({
      title: "No answer",
      status: 0,
      detail: "The server does not answer.",
      hint: "See whether `backtrail serve` still runs.",
    });
  });
  keepCsrf(answer.headers.get("X-CSRF-Token"));
  if (!answer.ok) throw new ApiProblem(await problemOf(answer));
  return (await answer.json()) as T;
}

async function problemOf(answer: Response): Promise<Problem> {
  const plain = { title: answer.statusText, status: answer.status, detail: "" };
  const text = await answer.text();
  try {
    return { ...plain, ...(JSON.parse(text) as Problem) };
  } catch {
    return { ...plain, detail: text.slice(0, 200) || `The server answered ${answer.status}.` };
  }
}

const trace = (id: string, rest = "") => `traces/${encodeURIComponent(id)}${rest}`;

export const api = {
  health: () => get<Health>("health"),
  traces: (query: string, cursor: string | null, limit = 50) =>
    get<TracesPage>("traces", { query, cursor, limit }),
  trace: (id: string) => get<TraceSummary>(trace(id)),
  trail: (id: string) => get<Trail>(trace(id, "/trail")),
  why: (id: string, error: string | null = null) => get<Why>(trace(id, "/why"), { error }),
  outline: (id: string, cursor: string | null, limit: number) =>
    get<OutlinePage>(trace(id, "/outline"), { cursor, limit }),
  criticalPath: (id: string, cursor: string | null, limit: number) =>
    get<PathPage>(trace(id, "/critical-path"), { cursor, limit }),
  span: (id: string, spanId: string) =>
    get<SpanRow>(trace(id, `/spans/${encodeURIComponent(spanId)}`)),
  events: (id: string, kind: readonly string[], text: string, cursor: string | null) =>
    get<EventsPage>(trace(id, "/events"), { kind, text, cursor, limit: 200 }),
  compare: (left: string, right: string) =>
    get<Comparison>(trace(right, `/compare/${encodeURIComponent(left)}`)),
  errors: (query: string, cursor: string | null) => get<ErrorsPage>("errors", { query, cursor }),
  errorGroups: (since: string, cursor: string | null, limit = 50) =>
    get<ErrorGroupsPage>("error-groups", { since, cursor, limit }),
  sessions: (cursor: string | null) => get<SessionsPage>("sessions", { cursor }),
  completions: async (query: string, position: number) =>
    (await get<Completions>("completions", { query, position })).completions,
  stats: (since: string, buckets: number) => get<Stats>("stats", { since, buckets }),
};
