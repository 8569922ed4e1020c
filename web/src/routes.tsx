/** Which address shows which page. Hash routes, so that the pages work below any path. */

import { createHashRouter, type RouteObject } from "react-router";

import { Empty, Loading } from "./ui/Empty";
import { Frame } from "./ui/Frame";
import { Lost } from "./ui/Lost";

/** A page is loaded when it is gone to: the first load brings only what is around all pages. */
function page(path: string, Component: () => Promise<React.ComponentType>): RouteObject {
  return { path, lazy: async () => ({ Component: await Component() }) };
}

export const SIGN_IN = "/sign-in";

const pages = [
  page("/", async () => (await import("./home/HomePage")).HomePage),
  page("/traces", async () => (await import("./trace/TracesPage")).TracesPage),
  page("/traces/:traceId", async () => (await import("./trace/TracePage")).TracePage),
  page("/errors", async () => (await import("./error/ErrorsPage")).ErrorsPage),
  page("/sessions", async () => (await import("./session/SessionsPage")).SessionsPage),
  page("/compare/:left/:right", async () => (await import("./compare/ComparePage")).ComparePage),
  page("/settings", async () => (await import("./settings/SettingsPage")).SettingsPage),
  page(SIGN_IN, async () => (await import("./sign/SignInPage")).SignInPage),
  { path: "*", element: <Empty text="There is no page at this address." /> },
];

export const router = createHashRouter([
  {
    element: <Frame />,
    hydrateFallbackElement: <Loading what="the page" />,
    children: [{ errorElement: <Lost />, children: pages }],
  },
]);
