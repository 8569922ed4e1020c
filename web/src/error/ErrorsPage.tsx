/** Errors that are the same failure, together: by type and place, the newest first. */

import { useNavigate, useSearchParams } from "react-router";

import { api } from "../api/client";
import type { ErrorGroup } from "../api/types";
import { Empty, HowToRecord, Loading } from "../ui/Empty";
import list from "../ui/ListPage.module.css";
import { Problem } from "../ui/Problem";
import { Table } from "../ui/Table";
import { useCursorPages } from "../ui/useCursorPages";
import { useNow } from "../ui/useNow";
import { groupColumns } from "./groupColumns";

const SPANS = ["1h", "24h", "7d", "30d"] as const;

export function ErrorsPage() {
  const [search, setSearch] = useSearchParams();
  const since = search.get("since") ?? "7d";
  const navigate = useNavigate();
  const now = useNow();
  const groups = useCursorPages({
    key: ["groups", since],
    read: (cursor) => api.errorGroups(since, cursor),
    rowsOf: (page) => page.groups,
  });
  const open = (group: ErrorGroup) =>
    void navigate(`/traces/${group.last_trace_id}?tab=error&error=${group.last_error_id}`);
  return (
    <div className={list.page}>
      <div className={list.tools}>
        <h1>Errors</h1>
        {SPANS.map((span) => (
          <button
            key={span}
            type="button"
            aria-pressed={span === since}
            onClick={() => setSearch({ since: span })}
          >
            {span}
          </button>
        ))}
      </div>
      {groups.isPending && <Loading what="errors" />}
      {groups.isError && <Problem error={groups.error} onRetry={() => void groups.refetch()} />}
      {groups.isSuccess && groups.rows.length === 0 && (
        <Empty text={`Nothing failed in the last ${since}.`}>
          <HowToRecord />
        </Empty>
      )}
      {groups.rows.length > 0 && (
        <Table
          label="Errors"
          columns={groupColumns(now)}
          rows={groups.rows}
          keyOf={(group) => group.fingerprint}
          onOpen={open}
          onEnd={groups.readMore}
        />
      )}
    </div>
  );
}
