/** The shapes that the API answers with, as `--json` of the commands prints them. */

export type * from "./types/accounts";
export type * from "./types/calls";
export type * from "./types/comparison";
export type * from "./types/failure";
export type * from "./types/locks";
export type * from "./types/pages";
export type * from "./types/performance";
export type * from "./types/scalars";
export type * from "./types/state";
export type * from "./types/summary";
export type * from "./types/trail";
export type * from "./types/why";
