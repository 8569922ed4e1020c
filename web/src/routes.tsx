/** Which address shows which page. Hash routes, so that the pages work below any path. */

import { createHashRouter } from "react-router";

import { ComparePage } from "./compare/ComparePage";
import { ErrorsPage } from "./error/ErrorsPage";
import { HomePage } from "./home/HomePage";
import { SessionsPage } from "./session/SessionsPage";
import { TracePage } from "./trace/TracePage";
import { TracesPage } from "./trace/TracesPage";
import { Empty } from "./ui/Empty";
import { Frame } from "./ui/Frame";

export const router = createHashRouter([
  {
    element: <Frame />,
    children: [
      { path: "/", element: <HomePage /> },
      { path: "/traces", element: <TracesPage /> },
      { path: "/traces/:traceId", element: <TracePage /> },
      { path: "/errors", element: <ErrorsPage /> },
      { path: "/sessions", element: <SessionsPage /> },
      { path: "/compare/:left/:right", element: <ComparePage /> },
      { path: "*", element: <Empty text="There is no page at this address." /> },
    ],
  },
]);
