/** The outline of a trace: its first rows at once, all others behind them. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";

import { api } from "../api/client";

/** Few rows come fast; then as many as the server gives at once. */
const FIRST_ROWS = 200;
const NEXT_ROWS = 5000;

export function useOutline(traceId: string, isLive: boolean) {
  const query = useInfiniteQuery({
    queryKey: ["outline", traceId],
    queryFn: ({ pageParam }) =>
      api.outline(traceId, pageParam, pageParam === null ? FIRST_ROWS : NEXT_ROWS),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: isLive ? 2_000 : Infinity, // events are never changed
    refetchInterval: isLive ? 3_000 : false,
    structuralSharing: false, // comparing 100,000 rows would cost more than drawing them
  });
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = query;
  // Follows the server's pages to the last one.
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  const rows = useMemo(() => data?.pages.flatMap((page) => page.rows) ?? [], [data]);
  return { ...query, rows, first: data?.pages[0] };
}
