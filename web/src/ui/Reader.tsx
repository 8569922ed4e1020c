/** Who reads, and which project: both are said by every request. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { accounts } from "../api/accounts";
import { projectOf, searchFor } from "../api/session";
import styles from "./Frame.module.css";

const FRESH_MS = 60_000;

/** What is read of one project is nothing of another: the page begins anew, at the list. */
function choose(project: string): void {
  const { pathname } = window.location;
  window.location.assign(`${pathname}${searchFor(project)}#/traces`);
}

export function Reader() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const me = useQuery({ queryKey: ["me"], queryFn: accounts.me, staleTime: FRESH_MS });
  const leave = useMutation({
    mutationFn: accounts.signOut,
    onSuccess: () => {
      queries.clear();
      void navigate("/sign-in");
    },
  });
  if (!me.data) return null;
  const chosen = projectOf(window.location.search);
  const projects = me.data.projects.includes(chosen) ? me.data.projects : [chosen, ...me.data.projects];
  return (
    <div className={styles.reader}>
      {projects.length > 1 && (
        <select aria-label="Project" value={chosen} onChange={(event) => choose(event.target.value)}>
          {projects.map((project) => (
            <option key={project}>{project}</option>
          ))}
        </select>
      )}
      {me.data.user && (
        <>
          <span className={styles.user}>{me.data.user}</span>
          <button type="button" onClick={() => leave.mutate()} disabled={leave.isPending}>
            Sign out
          </button>
        </>
      )}
    </div>
  );
}
