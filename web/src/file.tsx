/** Starts the page of one trace that is a file by itself: without a server, and without a request. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createHashRouter, Navigate, RouterProvider } from "react-router";

import { answerFrom } from "./api/client";
import { answersOf, heldIn } from "./api/held";
import { TracePage } from "./trace/TracePage";
import { Empty } from "./ui/Empty";
import { FileFrame } from "./ui/FileFrame";
import { Lost } from "./ui/Lost";
import { applyKeptTheme } from "./ui/theme";
import "./ui/tokens.css";
import "./ui/page.css";

const queries = new QueryClient({
  // What is in the page is there without a network.
  defaultOptions: { queries: { retry: false, staleTime: Infinity, networkMode: "always" } },
});

applyKeptTheme();
const held = heldIn(document);
if (held) answerFrom(answersOf(held));
const router = createHashRouter([
  {
    element: <FileFrame notes={held?.notes ?? []} />,
    errorElement: <Lost />,
    children: [
      ...(held
        ? [
            { path: "/", element: <Navigate to={`/traces/${held.trace.trace_id}`} replace /> },
            { path: "/traces/:traceId", element: <TracePage /> },
          ]
        : []),
      {
        path: "*",
        element: <Empty text="This file holds one trace; `backtrail serve` shows the others." />,
      },
    ],
  },
]);
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
