/** Spans merged by the names they stand in: where the time goes, whenever it went. Pure. */

import type { OutlineRow } from "../../api/types";
import { lanesOf, LANES_MAX, parentsOf, type Boxes } from "./boxes";

/** All spans of one name below the same names. */
export interface Named {
  name: string;
  parent: number;
  depth: number;
  count: number;
  failed: number;
  /** The time in them in which no child ran, and that with all below. */
  ownMs: number;
  totalMs: number;
}

export interface Merged {
  named: readonly Named[];
  /** Spans without an end or a beginning, whose time is not known. */
  untimed: number;
}

export function mergedByName(rows: readonly OutlineRow[]): Merged {
  const parents = parentsOf(rows);
  const named: Named[] = [];
  const inside: Map<string, number>[] = [new Map()];
  const nodes = new Int32Array(rows.length);
  let untimed = 0;
  rows.forEach((row, at) => {
    const parent = parents[at]! < 0 ? -1 : nodes[parents[at]!]!;
    const known = (inside[parent + 1] ??= new Map());
    let node = known.get(row.name);
    if (node === undefined) {
      node = named.length;
      known.set(row.name, node);
      const depth = parent < 0 ? 0 : named[parent]!.depth + 1;
      named.push({ name: row.name, parent, depth, count: 0, failed: 0, ownMs: 0, totalMs: 0 });
    }
    nodes[at] = node;
    const one = named[node]!;
    one.count += 1;
    if (row.status === "error") one.failed += 1;
    if (row.self_ns === null) untimed += 1;
    else one.ownMs += Number(row.self_ns) / 1e6;
  });
  // Those inside come behind what they stand in: backwards, each is whole before it is added.
  for (let at = named.length - 1; at >= 0; at -= 1) {
    const one = named[at]!;
    one.totalMs += one.ownMs;
    if (one.parent >= 0) named[one.parent]!.totalMs += one.totalMs;
  }
  return { named, untimed };
}

/** Merged spans side by side below their names, those with most time first. */
export function boxesByName(named: readonly Named[]): Boxes {
  const whole = named.reduce((sum, one) => sum + (one.parent < 0 ? one.totalMs : 0), 0);
  const left = new Float64Array(named.length);
  const right = new Float64Array(named.length);
  const lane = Int32Array.from(named, ({ depth }) => Math.min(depth, LANES_MAX - 1));
  const parent = Int32Array.from(named, (one) => one.parent);
  const order = named.map((_, at) => at);
  order.sort(
    (one, other) =>
      named[one]!.depth - named[other]!.depth || named[other]!.totalMs - named[one]!.totalMs,
  );
  const used = new Float64Array(named.length + 1);
  for (const at of whole > 0 ? order : []) {
    const outer = parent[at]!;
    left[at] = (outer < 0 ? 0 : left[outer]!) + used[outer + 1]!;
    const width = named[at]!.totalMs / whole;
    right[at] = left[at]! + width;
    used[outer + 1]! += width;
  }
  const drawn = order.filter((at) => right[at]! > left[at]!);
  drawn.sort((one, other) => lane[one]! - lane[other]! || left[one]! - left[other]!);
  const overlaid = named.filter(({ depth }) => depth >= LANES_MAX).length;
  return { left, right, lane, parent, lanes: lanesOf(drawn, lane), overlaid };
}
