/** Keys of programs: made, shown once, revoked. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { accounts } from "../api/accounts";
import type { KeyRow, MadeKey, Scope } from "../api/types";
import form from "../ui/Form.module.css";
import { Problem } from "../ui/Problem";
import { Secret } from "../ui/Secret";
import { countText } from "../ui/text";
import { momentText } from "../ui/time";
import { Twice } from "../ui/Twice";
import { useCursorPages } from "../ui/useCursorPages";
import { Rows } from "./Rows";
import styles from "./Settings.module.css";

const SCOPES: readonly Scope[] = ["ingest", "read", "write", "admin"];
const COLUMNS = ["name", "scopes", "made", "used", "a minute", ""];
const KEY = ["keys"];

export function KeysPart() {
  const queries = useQueryClient();
  const [made, setMade] = useState<MadeKey | null>(null);
  const keys = useCursorPages({ key: KEY, read: accounts.keys, rowsOf: (page) => page.keys });
  const refresh = () => queries.invalidateQueries({ queryKey: KEY });
  const revoke = useMutation({ mutationFn: accounts.revokeKey, onSuccess: refresh });
  return (
    <div className={styles.part}>
      <NewKeyForm
        onMade={(key) => {
          setMade(key);
          void refresh();
        }}
      />
      {made && <Secret name="The key" text={made.key} onClose={() => setMade(null)} />}
      {revoke.isError && <Problem error={revoke.error} />}
      <Rows label="Keys" what="keys" columns={COLUMNS} pages={keys} none="There is no key.">
        {keys.rows.map((key) => (
          <tr key={key.key_id}>
            <th scope="row">{key.name}</th>
            <td>{key.scopes.join(", ")}</td>
            <td data-wide>{momentText(key.created_unix_ns)}</td>
            <td data-wide>{usedText(key)}</td>
            <td data-wide>{countText(key.rate_per_minute)}</td>
            <td>
              <Twice
                name="Revoke"
                sure={`Really revoke ${key.name}?`}
                isBusy={revoke.isPending}
                onDo={() => revoke.mutate(key.key_id)}
              />
            </td>
          </tr>
        ))}
      </Rows>
    </div>
  );
}

function usedText(key: KeyRow): string {
  return key.last_used_unix_ns === null ? "never" : momentText(key.last_used_unix_ns);
}

function NewKeyForm({ onMade }: { onMade: (key: MadeKey) => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly Scope[]>(["ingest"]);
  const [rate, setRate] = useState("");
  const make = useMutation({
    mutationFn: () =>
      accounts.makeKey({ name, scopes: [...scopes], ...(rate && { rate_per_minute: Number(rate) }) }),
    onSuccess: (key) => {
      setName("");
      onMade(key);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  const toggle = (scope: Scope) =>
    setScopes(scopes.includes(scope) ? scopes.filter((one) => one !== scope) : [...scopes, scope]);
  return (
    <>
      <form className={form.form} aria-label="New key" onSubmit={submit}>
        <label>
          Name
          <input value={name} required autoComplete="off" onChange={(event) => setName(event.target.value)} />
        </label>
        <fieldset>
          <legend>May</legend>
          {SCOPES.map((scope) => (
            <label key={scope}>
              <input type="checkbox" checked={scopes.includes(scope)} onChange={() => toggle(scope)} />
              {scope}
            </label>
          ))}
        </fieldset>
        <label>
          Requests a minute
          <input
            type="number"
            min={1}
            value={rate}
            placeholder="as usual"
            onChange={(event) => setRate(event.target.value)}
          />
        </label>
        <button type="submit" className={form.main} disabled={make.isPending || scopes.length === 0}>
          Make a key
        </button>
      </form>
      {make.isError && <Problem error={make.error} />}
    </>
  );
}
