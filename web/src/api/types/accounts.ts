/** Who may use the server, and what for. */

import type { Json, Ns } from "./scalars";

export type Scope = "ingest" | "read" | "write" | "admin";
export type Role = "read" | "write" | "admin";

export interface Me {
  user: string | null;
  /** Everybody on this machine may do everything: there are no users and keys. */
  is_open: boolean;
  scopes: Scope[];
  project: string;
  projects: string[];
}

export interface SignedIn {
  token: string;
  expires_unix_ns: Ns;
  csrf: string;
}

export interface KeyRow {
  key_id: string;
  name: string;
  scopes: Scope[];
  project: string;
  created_unix_ns: Ns;
  last_used_unix_ns: Ns | null;
  rate_per_minute: number;
}

export interface KeyRows {
  keys: KeyRow[];
  next_cursor: string | null;
}

export interface MadeKey {
  key_id: string;
  key: string;
}

export interface UserRow {
  name: string;
  roles: Record<string, Role>;
  created_unix_ns: Ns;
  login_unix_ns: Ns | null;
}

export interface UserRows {
  users: UserRow[];
  next_cursor: string | null;
}

export interface MadeInvitation {
  invitation: string;
  expires_unix_ns: Ns;
}

export interface Project {
  name: string;
  created_unix_ns: Ns | null;
}

export interface AuditRow {
  audit_id: number;
  time_unix_ns: Ns;
  action: string;
  actor: string;
  about: string;
  address: string;
  project: string | null;
  times: number;
}

export interface AuditRows {
  audit: AuditRow[];
  next_cursor: string | null;
}

export interface Switch {
  name: string;
  value: Json;
  source: string;
}
