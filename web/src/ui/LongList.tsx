/** A list of any length, whose items may open: only those on screen are drawn when it is long. */

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type ReactNode } from "react";

import styles from "./LongList.module.css";

/** Up to here all items are drawn. */
const PLAIN_MAX = 200;
const OVERSCAN = 10;

interface Props<Item> {
  label: string;
  items: readonly Item[];
  keyOf: (item: Item) => string;
  /** About how high a closed item is, in pixels. */
  height: number;
  render: (item: Item) => ReactNode;
  /** The item to bring into view. */
  shownAt?: number;
  /** Called when the last items come into view. */
  onEnd?: () => void;
}

export function LongList<Item>(props: Props<Item>) {
  const isLong = props.items.length > PLAIN_MAX || props.onEnd !== undefined;
  return isLong ? <Virtual {...props} /> : <Plain {...props} />;
}

function Plain<Item>({ label, items, keyOf, render }: Props<Item>) {
  return (
    <ol className={styles.list} aria-label={label}>
      {items.map((item) => (
        <li key={keyOf(item)} className={styles.item}>
          {render(item)}
        </li>
      ))}
    </ol>
  );
}

function Virtual<Item>({ label, items, keyOf, height, render, shownAt = -1, onEnd }: Props<Item>) {
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => height,
    overscan: OVERSCAN,
    getItemKey: (index) => (items[index] === undefined ? index : keyOf(items[index])),
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? -1;
  // Follows the scroll position: asks for more when the end is near.
  useEffect(() => {
    if (last >= items.length - 5) onEnd?.();
  }, [last, items.length, onEnd]);
  // Follows the URL, which says what is to be seen.
  useEffect(() => {
    if (shownAt >= 0) virtual.scrollToIndex(shownAt, { align: "center" });
  }, [shownAt, virtual]);
  return (
    <div className={styles.scroll} ref={scroll} tabIndex={0} role="group" aria-label={`${label}, scrolling`}>
      <ol
        className={styles.inner}
        aria-label={label}
        style={{ height: virtual.getTotalSize() }}
      >
        {shown.map((at) => {
          const item = items[at.index];
          if (item === undefined) return null;
          return (
            <li
              key={at.key}
              ref={virtual.measureElement}
              data-index={at.index}
              aria-setsize={items.length}
              aria-posinset={at.index + 1}
              className={styles.placed}
              style={{ transform: `translateY(${at.start}px)` }}
            >
              {render(item)}
            </li>
          );
        })}
      </ol>
    </div>
  );
}
