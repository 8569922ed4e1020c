/** Small texts: numbers, places, ids, plurals. */

import type { Json } from "../api/types";

export function countText(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : value.toLocaleString("en");
}

/** `1 trace`, `2 traces`. */
export function several(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A cost; an unknown one is a dash, never a zero. */
export function costText(usd: number | null | undefined): string {
  if (usd === null || usd === undefined) return "–";
  return usd < 0.01 ? `$${usd.toFixed(5)}` : `$${usd.toFixed(2)}`;
}

export function fileName(path: string | null | undefined): string {
  return path ? (path.split(/[\\/]/).pop() ?? path) : "";
}

/** `program.py:97 price_stay` */
export function placeText(
  place: { file: string | null; line: number | null; function: string | null } | null | undefined,
): string {
  if (!place?.file) return "";
  return `${fileName(place.file)}:${place.line ?? "?"} ${place.function ?? ""}`.trim();
}

/** An id as far as a reader needs it. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}

/** A command as one line, its interpreter by its name alone. */
export function commandText(command: readonly string[] | null | undefined): string {
  if (!command?.length) return "";
  return [fileName(command[0]), ...command.slice(1)].join(" ");
}

/** A name for reading: one that is a command begins with its program, not with where that lies. */
export function nameText(name: string): string {
  return name.startsWith("/") ? commandText(name.split(" ")) : name;
}

/** A value as one line of JSON, cut where it is long. */
export function valueText(value: Json | undefined, charsMax = 200): string {
  if (value === undefined) return "";
  const text = JSON.stringify(value);
  return text.length <= charsMax ? text : `${text.slice(0, charsMax)}…`;
}

/** A JSON pointer for reading: `/lis~1147/until` is `lis/147 › until`. */
export function pathText(pointer: string): string {
  const parts = pointer.split("/").slice(1);
  return parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~")).join(" › ");
}

/** A term of the query language, quoted where it has to be. */
export function term(name: string, value: string): string {
  const isPlain = /^[\w.*-]+$/.test(value);
  return `${name}:${isPlain ? value : `"${value.replace(/["\\]/g, "\\$&")}"`}`;
}
