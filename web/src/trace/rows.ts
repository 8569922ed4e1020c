/** Which rows of a trace's outline are on screen. Pure: tested without a page. */

import type { OutlineRow } from "../api/types";

/**
 * Drops the rows inside collapsed spans. Spans come in reading order with their depth, so what is
 * inside a span is every deeper row that follows it, up to the next row as shallow.
 */
export function visibleRows(
  rows: readonly OutlineRow[],
  collapsed: ReadonlySet<string>,
): readonly OutlineRow[] {
  if (collapsed.size === 0) return rows;
  let hiddenBelow = Infinity;
  return rows.filter((row) => {
    if (row.depth > hiddenBelow) return false;
    hiddenBelow = collapsed.has(row.span_id) ? row.depth : Infinity;
    return true;
  });
}

/** Whether the row at this place has rows inside it. */
export function hasInside(rows: readonly OutlineRow[], at: number): boolean {
  return (rows[at + 1]?.depth ?? -1) > (rows[at]?.depth ?? 0);
}

/** Tells which rows have others inside them, by their ids, in one pass. */
export function parents(rows: readonly OutlineRow[]): Set<string> {
  const found = new Set<string>();
  for (let at = 0; at < rows.length - 1; at += 1) {
    const row = rows[at];
    if (row && hasInside(rows, at)) found.add(row.span_id);
  }
  return found;
}

/** The ids of the rows that stand around the row at this place, the outermost first. */
export function around(rows: readonly OutlineRow[], at: number): string[] {
  const ids: string[] = [];
  let depth = rows[at]?.depth ?? 0;
  for (let above = at - 1; above >= 0 && depth > 0; above -= 1) {
    const row = rows[above];
    if (row && row.depth < depth) {
      ids.unshift(row.span_id);
      depth = row.depth;
    }
  }
  return ids;
}

/** The set with the id, or without it when it was there. */
export function toggled(ids: ReadonlySet<string>, id: string): Set<string> {
  const after = new Set(ids);
  if (!after.delete(id)) after.add(id);
  return after;
}
