/** The spans that a trace waited for, by their ids. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";

import { api } from "../api/client";
import type { PathStep } from "../api/types";

const STEPS = 5000;

export function useCriticalPath(traceId: string, isWanted: boolean, isLive: boolean) {
  const query = useInfiniteQuery({
    queryKey: ["critical-path", traceId],
    queryFn: ({ pageParam }) => api.criticalPath(traceId, pageParam, STEPS),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    enabled: isWanted,
    staleTime: isLive ? 3_000 : Infinity,
    structuralSharing: false,
  });
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = query;
  // Follows the server's pages to the last one.
  useEffect(() => {
    if (isWanted && hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [isWanted, hasNextPage, isFetching, isError, fetchNextPage]);
  const steps = useMemo(() => data?.pages.flatMap((page) => page.steps) ?? [], [data]);
  const byId = useMemo(() => {
    const found = new Map<string, PathStep>();
    for (const step of steps) if (step.span_id !== null) found.set(step.span_id, step);
    return found;
  }, [steps]);
  return { ...query, steps, byId, tookMs: data?.pages[0]?.took_ms ?? 0, total: data?.pages[0]?.total };
}
