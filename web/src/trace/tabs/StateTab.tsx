/** How the state changed: each change as the edits from before to after. */

import { useMemo, useState } from "react";

import type { Edit, StateChange, StateHistory } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { Json } from "../../ui/Json";
import { LongList } from "../../ui/LongList";
import { pathText, placeText, several, valueText } from "../../ui/text";
import { clockText } from "../../ui/time";
import styles from "./StateTab.module.css";

interface Props {
  state: StateHistory;
  onEvent: (eventId: string) => void;
}

export function StateTab({ state, onEvent }: Props) {
  const [name, setName] = useState("");
  const shown = useMemo(
    () => (name ? state.changes.filter((change) => change.name === name) : state.changes),
    [state.changes, name],
  );
  if (state.count === 0) return <Empty text="No state changed while this trace was recorded." />;
  return (
    <div className={styles.tab}>
      <p className={styles.sum}>
        {several(state.count, "change")} of {several(state.names.length, "name")}
        {state.cut > 0 && `; ${state.cut} earlier ones are not listed`}{" "}
        <select aria-label="Name" value={name} onChange={(event) => setName(event.target.value)}>
          <option value="">all names</option>
          {state.names.map((one) => (
            <option key={one.name} value={one.name}>
              {one.name} ({one.changes})
            </option>
          ))}
        </select>
      </p>
      <LongList
        label="Changes of state"
        items={shown}
        keyOf={(change) => change.event_id}
        height={54}
        render={(change) => <Change change={change} onEvent={onEvent} />}
      />
    </div>
  );
}

function Change({ change, onEvent }: { change: StateChange; onEvent: (id: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className={styles.change}>
      <div className={styles.head}>
        <time>{clockText(change.time_unix_ns)}</time>
        <strong>{change.name}</strong>
        <span>
          {change.how}
          {change.count > 1 && ` ${change.count}×`}
        </span>
        {change.thread && <span>in {change.thread}</span>}
        <code>{placeText(change.caller)}</code>
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          Whole
        </button>
        <button type="button" onClick={() => onEvent(change.event_id)}>
          Event
        </button>
      </div>
      <ul className={styles.edits}>
        {change.edits.map((edit, at) => (
          <EditLine key={at} edit={edit} />
        ))}
      </ul>
      {isOpen && (
        <div className={styles.pair}>
          <div>
            <h3>Before</h3>
            <Json value={change.before} label="Before" depth={2} />
          </div>
          <div>
            <h3>After</h3>
            <Json value={change.after} label="After" depth={2} />
          </div>
        </div>
      )}
    </div>
  );
}

function EditLine({ edit }: { edit: Edit }) {
  const hasBefore = edit.op !== "add";
  const hasAfter = edit.op !== "remove";
  return (
    <li>
      {edit.path && <code className={styles.path}>{pathText(edit.path)}</code>}
      {hasBefore && <del>{valueText(edit.before)}</del>}
      {hasBefore && hasAfter && <span className={styles.muted}>→</span>}
      {hasAfter && <ins>{valueText(edit.after)}</ins>}
      {edit.source && <span className={styles.muted}>from {edit.source}</span>}
    </li>
  );
}
