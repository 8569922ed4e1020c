/** The box for a query, in the language that `backtrail ls` reads too; it offers how to go on. */

import { useId, useRef, useState, type FormEvent, type KeyboardEvent } from "react";

import type { Completion } from "../api/types";
import { completed, type Written } from "./completing";
import { useKeys } from "./keys";
import { OfferList, optionId } from "./OfferList";
import styles from "./QueryBox.module.css";
import { useCompletions, type Complete } from "./useCompletions";

interface Props {
  query: string;
  onQuery: (query: string) => void;
  /** Terms that are offered below the box. */
  offers?: readonly string[];
  complete?: Complete;
}

export function QueryBox({ query, onQuery, offers = [], complete }: Props) {
  const [text, setText] = useState(query);
  const [shown, setShown] = useState(query);
  const [written, setWritten] = useState<Written | null>(null);
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const { offers: ways, isFresh } = useCompletions(complete, written);
  const isOpen = ways.length > 0;
  const active = isFresh ? ways[at] : undefined;
  if (shown !== query) {
    // The URL changed: it, not what was typed before, is the query.
    setShown(query);
    setText(query);
  }
  useKeys({ "/": () => input.current?.focus() });
  const close = () => {
    setWritten(null);
    setAt(-1);
  };
  const write = (to: Written) => {
    setText(to.text);
    setWritten(to);
    setAt(-1);
  };
  const accept = (way: Completion) => {
    const to = completed(text, way);
    write(to);
    // The place in the box is set once the box holds the text.
    requestAnimationFrame(() => input.current?.setSelectionRange(to.caret, to.caret));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    close();
    onQuery(text.trim());
    input.current?.blur();
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && isOpen) {
      // One place beyond the list is none of it: from there Enter asks the query.
      if (isFresh) setAt(((at + 1 + step + ways.length + 1) % (ways.length + 1)) - 1);
    } else if (event.key === "ArrowDown") {
      setWritten({ text, caret: event.currentTarget.selectionStart ?? text.length });
    } else if ((event.key === "Enter" || event.key === "Tab") && active) accept(active);
    else if (event.key === "Escape" && isOpen) close();
    else if (event.key === "Escape") input.current?.blur();
    else return;
    event.preventDefault();
  };
  const toggled = (offer: string) => {
    const terms = query.split(/\s+/).filter(Boolean);
    const kept = terms.filter((one) => one !== offer);
    onQuery((kept.length === terms.length ? [...terms, offer] : kept).join(" "));
  };
  return (
    <form className={styles.box} role="search" onSubmit={submit}>
      <div className={styles.writing}>
        <input
          ref={input}
          type="search"
          role="combobox"
          aria-label="Query"
          aria-autocomplete="list"
          aria-expanded={isOpen}
          aria-controls={listId}
          aria-activedescendant={active ? optionId(listId, at) : undefined}
          placeholder='status:error name:"llm*" duration:>2s text:"timeout"   ( / )'
          value={text}
          spellCheck={false}
          autoComplete="off"
          onChange={({ target }) =>
            write({ text: target.value, caret: target.selectionStart ?? target.value.length })
          }
          onKeyDown={onKey}
          onBlur={close}
        />
        <OfferList id={listId} ways={ways} at={at} isFresh={isFresh} onAccept={accept} />
      </div>
      {offers.map((offer) => (
        <button
          key={offer}
          type="button"
          aria-pressed={query.split(/\s+/).includes(offer)}
          onClick={() => toggled(offer)}
        >
          <code>{offer}</code>
        </button>
      ))}
    </form>
  );
}
