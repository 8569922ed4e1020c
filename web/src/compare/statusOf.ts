/** A status as text, read as one of those that have a mark. */

import type { Status } from "../api/types";

export function statusOf(text: string): Status {
  return text === "ok" || text === "error" || text === "cancelled" ? text : "unfinished";
}
