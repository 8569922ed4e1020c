/** Calls to models and over HTTP. Every member ending in `_ns` is decimal text on the wire. */

import type { Json, Ns } from "./scalars";

export interface LlmCalls {
  calls: LlmCall[];
  count: number;
  failed: number;
  took_ms: number;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
  without_tokens: number;
  without_cost: number;
  cut: number;
}

export interface LlmCall {
  event_id: string;
  time: string;
  time_unix_ns: Ns;
  process: string;
  thread: string | null;
  task: string | null;
  span_id: string | null;
  provider: string | null;
  model: string | null;
  response_model: string | null;
  operation: string | null;
  url: string | null;
  client: string | null;
  status: number | null;
  finish_reasons: string[];
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
  price_date: string | null;
  took_ms: number | null;
  first_token_ms: number | null;
  pieces: number | null;
  error: string | null;
  is_timeout: boolean;
  is_streamed: boolean;
  is_complete: boolean;
  attempt: number;
  tool_calls: string[];
  text: string | null;
  caller: Place | null;
}

export interface Place {
  file: string;
  line: number;
  function: string;
  code?: string | null;
}

export interface HttpCalls {
  calls: HttpCall[];
  count: number;
  failed: number;
  retried: number;
  rate_limited: number;
  waited_ms: number;
  cut: number;
}

export interface HttpCall {
  event_id: string;
  time: string;
  time_unix_ns: Ns;
  process: string;
  thread: string | null;
  task: string | null;
  span_id: string | null;
  method: string;
  url: string;
  client: string;
  status: number | null;
  error: string | null;
  is_timeout: boolean;
  is_complete: boolean;
  attempt: number;
  took_ms: number | null;
  request_body: Json;
  response_body: Json;
  caller: Place | null;
}
