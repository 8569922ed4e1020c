/** Boxes on a canvas that is as large as what is seen of them; walked, zoomed and read by key. */

import { useCallback, useEffect, useRef, type KeyboardEvent, type PointerEvent } from "react";

import { boxAt, boxBeside, type Boxes } from "./boxes";
import { draw, LANE_HEIGHT, type Look } from "./draw";
import styles from "./FlameGraph.module.css";
import { Inks, inksOf } from "./Inks";
import { moved, viewOf, WHOLE, zoomed, type View } from "./view";

interface Props {
  label: string;
  boxes: Boxes;
  lookOf: (box: number) => Look;
  /** What is said of a box below the graph. */
  tellOf: (box: number) => string;
  selected: number;
  onSelect: (box: number) => void;
  height: number;
}

const STEP = 1.5;
const NEAR_PX = 2;
const DRAG_MIN_PX = 4;

export function FlameGraph(props: Props) {
  const { label, boxes, lookOf, tellOf, selected, onSelect, height } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const inks = useRef<HTMLDivElement>(null);
  const told = useRef<HTMLParagraphElement>(null);
  const view = useRef<View>(WHOLE);
  const drag = useRef<{ x: number; view: View; isMoving: boolean } | null>(null);
  const frame = useRef(0);

  // What moves with the pointer is drawn without asking React, at most once a frame.
  const redraw = useCallback(() => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      const [box, target] = [scroll.current, canvas.current];
      const context = target?.getContext("2d");
      if (!box || !target || !context || !inks.current) return;
      const [width, shown] = [box.clientWidth, box.clientHeight];
      const ratio = window.devicePixelRatio || 1;
      if (target.width !== Math.round(width * ratio) || target.height !== Math.round(shown * ratio)) {
        target.width = Math.round(width * ratio);
        target.height = Math.round(shown * ratio);
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      draw(context, {
        boxes, lookOf, selected, width, height: shown, view: view.current, top: box.scrollTop, ...inksOf(inks.current),
      });
    });
  }, [boxes, lookOf, selected]);

  const tell = useCallback(
    (box: number) => {
      if (told.current) told.current.textContent = box < 0 ? "" : tellOf(box);
    },
    [tellOf],
  );
  const go = (to: View) => {
    view.current = to;
    redraw();
  };

  // Follows what is selected.
  useEffect(() => {
    tell(selected);
    redraw();
  }, [selected, tell, redraw]);
  // Follows the size of the page, and whether it is light or dark.
  useEffect(() => {
    const sizes = new ResizeObserver(redraw);
    if (scroll.current) sizes.observe(scroll.current);
    const theme = new MutationObserver(redraw);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", redraw);
    return () => {
      sizes.disconnect();
      theme.disconnect();
      dark.removeEventListener("change", redraw);
    };
  }, [redraw]);
  // Follows the wheel, which must be kept from the page while it zooms.
  useEffect(() => {
    const box = scroll.current;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) return;
      event.preventDefault();
      const place = box?.getBoundingClientRect();
      const around = place ? (event.clientX - place.left) / place.width : 0.5;
      view.current = zoomed(view.current, Math.exp((event.deltaY || event.deltaX) / 300), around);
      redraw();
    };
    box?.addEventListener("wheel", onWheel, { passive: false });
    return () => box?.removeEventListener("wheel", onWheel);
  }, [redraw]);

  const boxUnder = (event: PointerEvent) => {
    const place = event.currentTarget.getBoundingClientRect();
    const { from, to } = view.current;
    const part = from + ((event.clientX - place.left) / place.width) * (to - from);
    const lane = Math.floor((event.clientY - place.top) / LANE_HEIGHT);
    return boxAt(boxes, lane, part, (NEAR_PX / place.width) * (to - from));
  };
  const show = (box: number) => {
    const at = boxes.lane[box];
    if (at === undefined || !scroll.current) return;
    const [top, shown] = [at * LANE_HEIGHT, scroll.current];
    if (top < shown.scrollTop) shown.scrollTop = top;
    else if (top + LANE_HEIGHT > shown.scrollTop + shown.clientHeight) {
      shown.scrollTop = top + LANE_HEIGHT - shown.clientHeight;
    }
    const [left, right] = [boxes.left[box]!, boxes.right[box]!];
    // One that is out of sight, or too thin to be seen, is brought into view with what is around it.
    const width = view.current.to - view.current.from;
    if (right < view.current.from || left > view.current.to) {
      view.current = viewOf((left + right) / 2 - width / 2, (left + right) / 2 + width / 2);
    }
  };
  const zoomTo = (box: number) => {
    if (box >= 0) go(viewOf(boxes.left[box]!, boxes.right[box]!));
  };
  const zoomBy = (factor: number) => {
    const { from, to } = view.current;
    const middle = selected < 0 ? 0.5 : ((boxes.left[selected]! + boxes.right[selected]!) / 2 - from) / (to - from);
    go(zoomed(view.current, factor, middle >= 0 && middle <= 1 ? middle : 0.5));
  };
  const onKey = (event: KeyboardEvent) => {
    if (/^(Arrow(Up|Down|Left|Right)|Home)$/.test(event.key)) {
      const to = boxBeside(boxes, selected, event.key);
      if (to >= 0) {
        show(to);
        onSelect(to);
      }
    } else if (event.key === "Enter") zoomTo(selected);
    else if (event.key === "Escape") go(WHOLE);
    else if (event.key === "+") zoomBy(1 / STEP);
    else if (event.key === "-") zoomBy(STEP);
    else return;
    event.preventDefault();
  };
  const onMove = (event: PointerEvent) => {
    const from = drag.current;
    if (!from) {
      tell(boxUnder(event));
      return;
    }
    const by = event.clientX - from.x;
    if (Math.abs(by) >= DRAG_MIN_PX) from.isMoving = true;
    if (from.isMoving) go(moved(from.view, -by / event.currentTarget.clientWidth));
  };
  const onUp = (event: PointerEvent) => {
    const from = drag.current;
    drag.current = null;
    const box = boxUnder(event);
    if (from && !from.isMoving && box >= 0) onSelect(box);
  };

  return (
    <div className={styles.flame}>
      <Inks ref={inks} />
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- an application takes its own keys */}
      <div
        className={styles.scroll}
        ref={scroll}
        role="application"
        aria-roledescription="flame graph"
        aria-label={label}
        tabIndex={0}
        style={{ height }}
        data-testid="flame"
        onScroll={redraw}
        onKeyDown={onKey}
      >
        <canvas ref={canvas} className={styles.canvas} aria-hidden="true" style={{ height }} />
        <div
          className={styles.lanes}
          style={{ height: boxes.lanes.length * LANE_HEIGHT, marginTop: -height }}
          onPointerDown={(event) => {
            drag.current = { x: event.clientX, view: view.current, isMoving: false };
          }}
          onPointerMove={onMove}
          onPointerUp={onUp}
          onPointerLeave={() => {
            drag.current = null;
            tell(selected);
          }}
          onDoubleClick={() => zoomTo(selected)}
        />
      </div>
      <div className={styles.foot}>
        <p role="status" ref={told} />
        <div role="group" aria-label="Zoom">
          <button type="button" aria-label="Zoom in" onClick={() => zoomBy(1 / STEP)}>
            +
          </button>
          <button type="button" aria-label="Zoom out" onClick={() => zoomBy(STEP)}>
            −
          </button>
          <button type="button" onClick={() => go(WHOLE)}>
            Whole
          </button>
        </div>
      </div>
    </div>
  );
}
