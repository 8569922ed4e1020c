/** The box for a query, in the language that `backtrail ls` reads too. */

import { useRef, useState, type FormEvent } from "react";

import { useKeys } from "./keys";
import styles from "./QueryBox.module.css";

interface Props {
  query: string;
  onQuery: (query: string) => void;
  /** Terms that are offered below the box. */
  offers?: readonly string[];
}

export function QueryBox({ query, onQuery, offers = [] }: Props) {
  const [text, setText] = useState(query);
  const [shown, setShown] = useState(query);
  const input = useRef<HTMLInputElement>(null);
  if (shown !== query) {
    // The URL changed: it, not what was typed before, is the query.
    setShown(query);
    setText(query);
  }
  useKeys({ "/": () => input.current?.focus() });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onQuery(text.trim());
    input.current?.blur();
  };
  const toggled = (offer: string) => {
    const terms = query.split(/\s+/).filter(Boolean);
    const kept = terms.filter((one) => one !== offer);
    onQuery((kept.length === terms.length ? [...terms, offer] : kept).join(" "));
  };
  return (
    <form className={styles.box} role="search" onSubmit={submit}>
      <input
        ref={input}
        type="search"
        aria-label="Query"
        placeholder='status:error name:"llm*" duration:>2s text:"timeout"   ( / )'
        value={text}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && input.current?.blur()}
      />
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
