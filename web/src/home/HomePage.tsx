/** What is failing now, how much runs and fails over time, and what is slow. */

import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";

import { api } from "../api/client";
import { totals } from "../ui/buckets";
import { Empty, HowToRecord, Loading } from "../ui/Empty";
import { Panel } from "../ui/Panel";
import { Problem } from "../ui/Problem";
import { RatePlot } from "../ui/RatePlot";
import { several } from "../ui/text";
import { FailingNow } from "./FailingNow";
import styles from "./HomePage.module.css";
import { SlowNames } from "./SlowNames";

const SPANS = ["1h", "24h", "7d", "30d"] as const;
const BUCKETS = 60;
const GROUPS_SHOWN = 8;
const REFRESH_MS = 10_000;

export function HomePage() {
  const [search, setSearch] = useSearchParams();
  const since = search.get("since") ?? "24h";
  const groups = useQuery({
    queryKey: ["groups", since, GROUPS_SHOWN],
    queryFn: () => api.errorGroups(since, null, GROUPS_SHOWN),
    refetchInterval: REFRESH_MS,
  });
  const stats = useQuery({
    queryKey: ["stats", since],
    queryFn: () => api.stats(since, BUCKETS),
    refetchInterval: REFRESH_MS,
  });
  const counted = stats.data && totals(stats.data);

  return (
    <div className={styles.home}>
      <h1 className="visually-hidden">Home</h1>
      <div className={styles.since} role="group" aria-label="Time">
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
      <div className={styles.failing}>
        <Panel title="Failing now" aside="newest first">
          {groups.isPending && <Loading what="errors" />}
          {groups.isError && <Problem error={groups.error} onRetry={() => void groups.refetch()} />}
          {groups.data?.groups.length === 0 && (
            <Empty text={`Nothing failed in the last ${since}.`}>
              <HowToRecord />
            </Empty>
          )}
          {groups.data && <FailingNow groups={groups.data.groups} />}
        </Panel>
      </div>
      <div className={styles.side}>
        <Panel
          title="Traces and failures"
          aside={counted && `${several(counted.traces, "trace")}, ${counted.failed} failed`}
        >
          {stats.isPending && <Loading what="numbers" />}
          {stats.isError && <Problem error={stats.error} onRetry={() => void stats.refetch()} />}
          {stats.data && <RatePlot stats={stats.data} />}
        </Panel>
        <Panel title="Slowest names" aside="by 95th percentile">
          {stats.data && <SlowNames latency={stats.data.latency} />}
        </Panel>
      </div>
    </div>
  );
}
