/** The spans of a trace as a flame graph: each at its time, or merged by name. */

import { useCallback, useMemo, useState } from "react";

import type { OutlineRow, PathStep } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { several } from "../../ui/text";
import { tookText } from "../../ui/time";
import { stepBarOf, type Extent } from "../waterfall";
import { boxesByTime } from "./boxes";
import { LANE_HEIGHT, type Look } from "./draw";
import { FlameGraph } from "./FlameGraph";
import { boxesByName, mergedByName } from "./names";

interface Props {
  rows: readonly OutlineRow[];
  extent: Extent;
  path: ReadonlyMap<string, PathStep>;
  selected: string | null;
  onSelect: (spanId: string) => void;
}

const LANES_MIN = 4;
const LANES_SHOWN = 20;

function heightOf(lanes: number): number {
  return Math.max(LANES_MIN, Math.min(LANES_SHOWN, lanes)) * LANE_HEIGHT;
}

function shareText(part: number): string {
  return `${(part * 100).toFixed(part < 0.1 ? 1 : 0)} %`;
}

export function FlameByTime({ rows, extent, path, selected, onSelect }: Props) {
  const boxes = useMemo(() => boxesByTime(rows, extent), [rows, extent]);
  const at = useMemo(() => rows.findIndex((row) => row.span_id === selected), [rows, selected]);
  const stepOf = useCallback(
    (row: OutlineRow | undefined): Look["path"] => {
      const step = row && path.get(row.span_id);
      if (!step) return null;
      const { left, width } = stepBarOf(step, extent);
      return [left / 100, (left + width) / 100];
    },
    [path, extent],
  );
  const lookOf = useCallback(
    (box: number): Look => {
      const row = rows[box];
      const isOpen = row?.took_ns === null;
      return {
        name: row?.name ?? "",
        sort: row?.status === "error" ? "failure" : isOpen ? "open" : "plain",
        path: stepOf(row),
      };
    },
    [rows, stepOf],
  );
  const tellOf = useCallback(
    (box: number) => {
      const row = rows[box];
      if (!row) return "";
      const tookMs = row.took_ns === null ? null : Number(row.took_ns) / 1e6;
      const step = path.get(row.span_id);
      return [
        row.name,
        tookMs === null ? "no end" : `${tookText(tookMs)}, ${shareText(tookMs / extent.tookMs)} of the trace`,
        row.self_ns === null ? "" : `of its own ${tookText(Number(row.self_ns) / 1e6)}`,
        step ? `on the critical path ${tookText(step.on_path_ms)}` : "",
        row.error ?? "",
      ]
        .filter(Boolean)
        .join(" · ");
    },
    [rows, path, extent],
  );
  return (
    <>
      <FlameGraph
        label="Flame graph, spans by time"
        boxes={boxes}
        lookOf={lookOf}
        tellOf={tellOf}
        selected={at}
        onSelect={(box) => rows[box] && onSelect(rows[box].span_id)}
        height={heightOf(boxes.lanes.length)}
      />
      {boxes.overlaid > 0 && <p role="note">{several(boxes.overlaid, "span")} at once are drawn over others.</p>}
    </>
  );
}

export function FlameByName({ rows }: Pick<Props, "rows">) {
  const { named, untimed } = useMemo(() => mergedByName(rows), [rows]);
  const boxes = useMemo(() => boxesByName(named), [named]);
  const [at, setAt] = useState(-1);
  const lookOf = useCallback(
    (box: number): Look => ({
      name: named[box]?.name ?? "",
      sort: (named[box]?.failed ?? 0) > 0 ? "failure" : "plain",
      path: null,
    }),
    [named],
  );
  const tellOf = useCallback(
    (box: number) => {
      const one = named[box];
      if (!one) return "";
      const part = shareText(boxes.right[box]! - boxes.left[box]!);
      return [
        one.name,
        several(one.count, "span"),
        `${tookText(one.totalMs)}, ${part} of all time in spans`,
        `of its own ${tookText(one.ownMs)}`,
        one.failed > 0 ? `${one.failed} failed` : "",
      ]
        .filter(Boolean)
        .join(" · ");
    },
    [named, boxes],
  );
  if (boxes.lanes.length === 0) return <Empty text="No span has both a beginning and an end." />;
  return (
    <>
      <FlameGraph
        label="Flame graph, spans by name"
        boxes={boxes}
        lookOf={lookOf}
        tellOf={tellOf}
        selected={at < named.length ? at : -1}
        onSelect={setAt}
        height={heightOf(boxes.lanes.length)}
      />
      {untimed > 0 && <p role="note">The time of {several(untimed, "span")} is not known.</p>}
    </>
  );
}
