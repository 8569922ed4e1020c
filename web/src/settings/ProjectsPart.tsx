/** Projects: each is a store of its own. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";

import { accounts } from "../api/accounts";
import { searchFor } from "../api/session";
import form from "../ui/Form.module.css";
import { Problem } from "../ui/Problem";
import { momentText } from "../ui/time";
import { Rows } from "./Rows";
import styles from "./Settings.module.css";

const COLUMNS = ["name", "since"];

export function ProjectsPart() {
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const projects = useQuery({ queryKey: ["projects"], queryFn: accounts.projects });
  const make = useMutation({
    mutationFn: () => accounts.makeProject(name),
    onSuccess: async () => {
      setName("");
      await Promise.all([
        queries.invalidateQueries({ queryKey: ["projects"] }),
        queries.invalidateQueries({ queryKey: ["me"] }),
      ]);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  const { isPending, error, refetch } = projects;
  return (
    <div className={styles.part}>
      <form className={form.form} aria-label="New project" onSubmit={submit}>
        <label>
          Name
          <input
            value={name}
            required
            autoComplete="off"
            autoCapitalize="none"
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <button type="submit" className={form.main} disabled={make.isPending}>
          Make a project
        </button>
      </form>
      {make.isError && <Problem error={make.error} />}
      <Rows
        label="Projects"
        what="projects"
        columns={COLUMNS}
        none="There is no project."
        pages={{ isPending, error, refetch, rows: projects.data ?? [] }}
      >
        {projects.data?.map((project) => (
          <tr key={project.name}>
            <th scope="row">
              <a href={`${window.location.pathname}${searchFor(project.name)}#/traces`}>{project.name}</a>
            </th>
            <td>{project.created_unix_ns === null ? "always" : momentText(project.created_unix_ns)}</td>
          </tr>
        ))}
      </Rows>
    </div>
  );
}
