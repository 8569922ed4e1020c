/** All rows of the pages read so far, and how to read the next. */

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";

interface Options<Page, Row> {
  key: readonly unknown[];
  read: (cursor: string | null) => Promise<Page>;
  rowsOf: (page: Page) => readonly Row[];
  refreshMs?: number | false;
}

export function useCursorPages<Page extends { next_cursor: string | null }, Row>(
  options: Options<Page, Row>,
) {
  const { key, read, rowsOf, refreshMs = false } = options;
  const query = useInfiniteQuery({
    refetchInterval: refreshMs,
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData, // the rows stay until others are there
  });
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  // `rowsOf` is a function of the page alone: a new one for each render is the same one.
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  const rows = useMemo(() => data?.pages.flatMap(rowsOf) ?? [], [data]);
  const readMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return { ...query, rows, readMore };
}
