/** Each error of a trace with its frames, the errors it came from, and what was going on. */

import type { Failure, Trail } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { Json } from "../../ui/Json";
import { placeText } from "../../ui/text";
import { tookText } from "../../ui/time";
import styles from "./ErrorTab.module.css";
import { Elsewhere, SwallowedErrors } from "./OtherErrors";
import { Frames } from "./Frames";

interface Props {
  trail: Trail;
  selected: string | null;
  onSelect: (errorId: string) => void;
}

export function ErrorTab({ trail, selected, onSelect }: Props) {
  const { errors } = trail;
  const error = errors.find((one) => one.error_id === selected) ?? errors[0];
  return (
    <div className={styles.tab}>
      {!error && <Empty text="No error was recorded in this trace." />}
      {errors.length > 1 && (
        <div className={styles.choice} role="group" aria-label="Errors of this trace">
          {errors.map((one) => (
            <button
              key={one.error_id}
              type="button"
              aria-pressed={one === error}
              onClick={() => onSelect(one.error_id)}
            >
              {one.type} <code>{placeText(one)}</code>
            </button>
          ))}
        </div>
      )}
      {error && <ErrorStory key={error.error_id} error={error} />}
      {error && <Elsewhere same={trail.same_errors.filter((one) => one.fingerprint === error.fingerprint)} />}
      <SwallowedErrors swallowed={trail.swallowed} />
    </div>
  );
}

function ErrorStory({ error }: { error: Failure }) {
  return (
    <article className={styles.error} aria-label={`${error.type}: ${error.message}`}>
      <header>
        <p className={styles.title}>
          <strong>{error.qualified_type || error.type}</strong> {error.message}
        </p>
        <p className={styles.facts}>
          {error.is_handled ? "handled" : "not handled"} · {error.mechanism}
          {error.thread && ` · in ${error.thread}`}
          {error.task && ` · task ${error.task}`}
          {error.repeats_before > 0 && ` · ${error.repeats_before} times before`}
        </p>
        {error.notes.map((note) => (
          <p key={note} className={styles.facts}>
            {note}
          </p>
        ))}
      </header>
      {error.blocked.length > 0 && <Waiting error={error} />}
      <Frames frames={error.frames} cut={error.frames_cut} />
      {error.chain.map((linked, at) => (
        <section key={at} className={styles.linked}>
          <p className={styles.title}>
            <span className={styles.facts}>{linked.relation ?? "from"}</span>{" "}
            <strong>{linked.qualified_type || linked.type}</strong> {linked.message}
          </p>
          <Frames frames={linked.frames} cut={linked.frames_cut} />
        </section>
      ))}
      {error.history.length > 0 && (
        <section>
          <h3>What came before</h3>
          <ol className={styles.history}>
            {error.history.map((entry, at) => (
              <li key={at}>
                <span>{entry.before_ms === null ? "" : `−${tookText(entry.before_ms)}`}</span>
                <code>{entry.text}</code>
              </li>
            ))}
          </ol>
        </section>
      )}
      {Object.keys(error.process_facts).length > 0 && (
        <details>
          <summary>The process</summary>
          <Json value={error.process_facts} label="The process" />
        </details>
      )}
    </article>
  );
}

function Waiting({ error }: { error: Failure }) {
  return (
    <section>
      <h3>Who stood still</h3>
      <ul className={styles.blocked}>
        {error.blocked.map((one, at) => (
          <li key={at}>
            <details>
              <summary>
                <strong>{one.thread ?? one.task}</strong> at <code>{placeText(one)}</code>
                {one.waits_for && <> waits for {one.waits_for}</>}
              </summary>
              <Frames frames={one.frames} cut={0} />
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}
