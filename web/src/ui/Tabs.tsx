/** Tabs; the page's URL says which one is open. */

import { useEffect, useId, useRef, type KeyboardEvent, type ReactNode } from "react";

import styles from "./Tabs.module.css";

export interface Tab {
  id: string;
  name: string;
  /** How many things are in it; with 0 it is shown dimmed. */
  count?: number | undefined;
}

interface Props {
  label: string;
  tabs: readonly Tab[];
  open: string;
  onOpen: (id: string) => void;
  children: ReactNode;
}

export function Tabs({ label, tabs, open, onOpen, children }: Props) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = tabs.findIndex((tab) => tab.id === open);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    onOpen(next.id);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };
  // Follows the width of the page: the open tab is in sight. The page itself is not scrolled.
  useEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>(`[data-tab="${open}"]`);
    if (!tab || !list.current) return;
    const hidden = tab.offsetLeft + tab.offsetWidth - list.current.offsetLeft - list.current.clientWidth;
    if (hidden > list.current.scrollLeft) list.current.scrollLeft = hidden;
  }, [open]);
  return (
    <div className={styles.tabs}>
      <div role="tablist" aria-label={label} className={styles.list} ref={list} onKeyDown={onKey}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}-${tab.id}`}
            data-tab={tab.id}
            aria-selected={tab.id === open}
            aria-controls={`${id}-panel`}
            tabIndex={tab.id === open ? 0 : -1}
            data-empty={tab.count === 0 || undefined}
            onClick={() => onOpen(tab.id)}
          >
            {tab.name}
            {tab.count ? <span className={styles.count}>{tab.count.toLocaleString("en")}</span> : null}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${open}`} className={styles.panel}>
        {children}
      </div>
    </div>
  );
}
