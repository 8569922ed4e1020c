/** Starts the app. */

import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";

import { ApiProblem } from "./api/client";
import { router, SIGN_IN } from "./routes";
import { applyKeptTheme } from "./ui/theme";
import "./ui/tokens.css";
import "./ui/page.css";

const RETRIES_MAX = 2;

/** Leads to where one signs in, and from there back to here. */
function leadToSignIn(error: Error): void {
  const { pathname, search } = router.state.location;
  if (!(error instanceof ApiProblem) || error.status !== 401 || pathname === SIGN_IN) return;
  void router.navigate(`${SIGN_IN}?${new URLSearchParams({ to: pathname + search })}`, { replace: true });
}

const queries = new QueryClient({
  queryCache: new QueryCache({ onError: leadToSignIn }),
  mutationCache: new MutationCache({ onError: leadToSignIn }),
  defaultOptions: {
    // The server is most often on this machine, which needs no network for it.
    mutations: { networkMode: "always" },
    queries: {
      networkMode: "always",
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
