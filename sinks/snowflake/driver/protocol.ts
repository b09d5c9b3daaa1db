/**
 * What a connection and the Worker that holds its driver say to one another.
 *
 * @module
 */
import type { SnowflakeSettings } from "../settings.ts";
import type { Reply } from "./connection.ts";
import type { Failure } from "./failures.ts";

export type LoginSettings = Pick<
  SnowflakeSettings,
  "account" | "user" | "role" | "warehouse" | "privateKeyPath" | "passphrase" | "url"
>;

export type Request =
  | { kind: "login"; settings: LoginSettings }
  | { kind: "execute"; sql: string; binds: readonly (string | number)[] }
  | { kind: "logout" };

export type ToDriver = Request & { id: number };

/**
 * Each request is answered once: by a reply (empty but for statements) or a failure. A failure without id is that of the driver
 * itself, which may never answer again.
 */
export type FromDriver = { id: number; reply: Reply } | { id?: number; failure: Failure };
