/** Starts the app. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";

import { ApiProblem } from "./api/client";
import { router } from "./routes";
import { applyKeptTheme } from "./ui/theme";
import "./ui/tokens.css";
import "./ui/page.css";

const RETRIES_MAX = 2;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) =>
        failures < RETRIES_MAX && !(error instanceof ApiProblem && error.status >= 400),
    },
  },
});

applyKeptTheme();
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
