/** Where one signs in, or becomes a user, and goes back to where one was. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useNavigate, useSearchParams } from "react-router";

import { accounts } from "../api/accounts";
import { Panel } from "../ui/Panel";
import { Problem } from "../ui/Problem";
import form from "../ui/Form.module.css";
import { placeBehind } from "./place";
import styles from "./SignInPage.module.css";

export function SignInPage() {
  const [search, setSearch] = useSearchParams();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [invitation, setInvitation] = useState(search.get("invitation") ?? "");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const isNew = search.get("new") === "1" || search.has("invitation");
  const enter = useMutation({
    mutationFn: async () => {
      if (isNew) {
        await accounts.register({ name, password, ...(invitation && { invitation }) });
      }
      await accounts.signIn(name, password);
    },
    onSuccess: () => {
      queries.clear();
      void navigate(placeBehind(search.get("to")), { replace: true });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  const change = () => {
    enter.reset();
    setSearch((before) => {
      const after = new URLSearchParams(before);
      after.delete("invitation");
      if (isNew) after.delete("new");
      else after.set("new", "1");
      return after;
    });
  };
  const what = isNew ? "Register" : "Sign in";
  return (
    <div className={styles.page}>
      <h1 className="visually-hidden">{what}</h1>
      <Panel title={what}>
        <form className={`${form.form} ${form.column}`} onSubmit={submit}>
          {isNew && (
            <label>
              Invitation
              <input
                value={invitation}
                autoComplete="off"
                onChange={(event) => setInvitation(event.target.value.trim())}
              />
            </label>
          )}
          <label>
            Name
            <input
              value={name}
              required
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              onChange={(event) => setName(event.target.value)}
            />
          </label>
          <label>
            Password
            <input
              type="password"
              value={password}
              required
              autoComplete={isNew ? "new-password" : "current-password"}
              onChange={(event) => setPassword(event.target.value)}
            />
          </label>
          {enter.isError && <Problem error={enter.error} />}
          <button type="submit" className={form.main} disabled={enter.isPending}>
            {what}
          </button>
        </form>
        <p className={styles.other}>
          {isNew ? "The first user of a server on this machine needs no invitation. " : "Somebody invited you? "}
          <button type="button" onClick={change}>
            {isNew ? "Sign in instead" : "Register"}
          </button>
        </p>
      </Panel>
    </div>
  );
}
