/** Asks the server about who may use it. */

import { get, send } from "./client";
import { keepCsrf } from "./session";
import type {
  AuditRows,
  KeyRows,
  MadeInvitation,
  MadeKey,
  Me,
  Project,
  Role,
  Scope,
  SignedIn,
  Switch,
  UserRows,
} from "./types";

const at = (path: string, name: string) => `${path}/${encodeURIComponent(name)}`;

export interface NewKey {
  name: string;
  scopes: Scope[];
  rate_per_minute?: number;
}

export interface NewUser {
  name: string;
  password: string;
  invitation?: string;
}

export const accounts = {
  me: () => get<Me>("auth/me"),
  signIn: async (name: string, password: string) => {
    const told = await send<SignedIn>("POST", "auth/login", { name, password });
    keepCsrf(told.csrf);
  },
  signOut: () => send("POST", "auth/logout", {}),
  register: (user: NewUser) => send("POST", "auth/register", { ...user }),
  keys: (cursor: string | null) => get<KeyRows>("keys", { cursor }),
  makeKey: (key: NewKey) => send<MadeKey>("POST", "keys", { ...key }),
  revokeKey: (keyId: string) => send("DELETE", at("keys", keyId)),
  users: (cursor: string | null) => get<UserRows>("users", { cursor }),
  removeUser: (name: string) => send("DELETE", at("users", name)),
  invite: (role: Role) => send<MadeInvitation>("POST", "invitations", { role }),
  projects: async () => (await get<{ projects: Project[] }>("projects")).projects,
  makeProject: (name: string) => send("POST", "projects", { name }),
  audit: (cursor: string | null) => get<AuditRows>("audit", { cursor }),
  switches: async () => (await get<{ switches: Switch[] }>("switches")).switches,
};
