/** Two traces beside one another: where they part, what differs, what takes longer. */

import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import { api } from "../api/client";
import type { Comparison, TraceBrief } from "../api/types";
import { Empty, Loading } from "../ui/Empty";
import { Panel } from "../ui/Panel";
import { Problem } from "../ui/Problem";
import { StatusMark } from "../ui/StatusMark";
import { nameText, several } from "../ui/text";
import { momentText, nsOf, tookText } from "../ui/time";
import { ChangedValues, Parting } from "./Changes";
import styles from "./ComparePage.module.css";
import { SlowerNames } from "./SlowerNames";
import { statusOf } from "./statusOf";
import { Steps } from "./Steps";

export function ComparePage() {
  const { left = "", right = "" } = useParams();
  const compared = useQuery({
    queryKey: ["compare", left, right],
    queryFn: () => api.compare(left, right),
  });
  if (compared.isPending) return <Loading what="both traces" />;
  if (compared.isError) {
    return <Problem error={compared.error} onRetry={() => void compared.refetch()} />;
  }
  const found = compared.data;
  return (
    <div className={styles.page}>
      <h1>Compare</h1>
      <div className={styles.sides}>
        <Side side="left" brief={found.left} />
        <Side side="right" brief={found.right} />
      </div>
      <p className={styles.note}>
        {Math.round(found.likeness * 100)} % of the steps stand beside their like.{" "}
        <Link to={`/compare/${found.right.trace_id}/${found.left.trace_id}`}>Swap the sides</Link>
      </p>
      {found.notes.map((note) => (
        <p key={note} className={styles.note}>
          {note}
        </p>
      ))}
      <Differences found={found} />
    </div>
  );
}

function Differences({ found }: { found: Comparison }) {
  if (!found.first_divergence && found.slower.length === 0) {
    return <Empty text="Nothing differs between these traces." />;
  }
  return (
    <>
      {found.first_divergence && (
        <Panel
          title="Where they part"
          aside={`after ${several(found.first_divergence.steps_alike, "like step")}`}
        >
          <Parting divergence={found.first_divergence} />
        </Panel>
      )}
      {found.changed.length > 0 && (
        <Panel title="Changed values" aside={found.changed.length}>
          <ChangedValues changed={found.changed} />
        </Panel>
      )}
      {found.slower.length > 0 && (
        <Panel title="Slower on the right" aside={found.slower.length}>
          <SlowerNames slower={found.slower} />
        </Panel>
      )}
      <div className={styles.sides}>
        <Panel title="Only on the left" aside={found.missing.length}>
          <Steps steps={found.missing} label="Steps that the right one lacks" />
        </Panel>
        <Panel title="Only on the right" aside={found.extra.length}>
          <Steps steps={found.extra} label="Steps that the left one lacks" />
        </Panel>
      </div>
    </>
  );
}

function Side({ side, brief }: { side: string; brief: TraceBrief }) {
  return (
    <section className={styles.side} aria-label={`The ${side} trace`}>
      <div className={styles.name}>
        <StatusMark status={statusOf(brief.status)} />
        <Link to={`/traces/${brief.trace_id}`}>{nameText(brief.name)}</Link>
      </div>
      <p className={styles.note}>
        {momentText(nsOf(brief.time))} · {tookText(brief.took_ms)} · {several(brief.steps, "step")}
      </p>
      {brief.errors.map((error) => (
        <p key={error} className={styles.failure}>
          {error}
        </p>
      ))}
    </section>
  );
}
