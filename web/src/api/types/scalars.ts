/** The words and numbers that every other type is made of. */

/** Nanoseconds since 1970 as decimal text: they do not fit a JavaScript number. */
export type Ns = string;

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** How a span or a trace ended; `unfinished` is one that never did. */
export type Status = "cancelled" | "error" | "ok" | "unfinished";
