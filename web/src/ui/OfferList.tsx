/** The ways to go on with a query, below its box. */

import { useEffect, useRef } from "react";

import type { Completion } from "../api/types";
import styles from "./OfferList.module.css";
import { several } from "./text";

interface Props {
  id: string;
  ways: readonly Completion[];
  /** The one that is chosen; -1 for none. */
  at: number;
  isFresh: boolean;
  onAccept: (way: Completion) => void;
}

export function optionId(listId: string, at: number): string {
  return `${listId}-${at}`;
}

export function OfferList({ id, ways, at, isFresh, onAccept }: Props) {
  const list = useRef<HTMLDivElement>(null);
  // Follows the chosen one: it is in sight.
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);
  return (
    <>
      <div
        ref={list}
        id={id}
        role="listbox"
        aria-label="Ways to go on"
        className={styles.list}
        hidden={ways.length === 0}
        data-stale={!isFresh || undefined}
      >
        {ways.map((way, index) => (
          <div
            key={way.text}
            id={optionId(id, index)}
            role="option"
            aria-selected={index === at}
            // The box keeps the focus: leaving it would close the list before the click.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => isFresh && onAccept(way)}
          >
            <code>{way.text}</code>
            {way.about && <span>{way.about}</span>}
          </div>
        ))}
      </div>
      <span className="visually-hidden" role="status">
        {ways.length > 0 && isFresh ? `${several(ways.length, "way")} to go on` : ""}
      </span>
    </>
  );
}
