/**
 * The shapes of `/api/users`, `/api/tokens` and `/api/audit`.
 *
 * @module
 */
import { z } from "zod";
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "../../control/user_state.ts";
import type { ApiToken, AuditEntry, AuditPage, User } from "../services.ts";

const MAX_AUDIT_ENTRIES = 500;
/** Names, entities: what is longer is none of ours. */
const MAX_TEXT_LENGTH = 300;

const timeMs = z.number().meta({ description: "ms since the Unix epoch" });
const role = z.enum(["viewer", "admin"]);
const scope = z.enum(["read", "admin"]).meta({ description: "admin includes read" });
const name = z.string().max(MAX_TEXT_LENGTH).meta({ examples: ["anna"] });
const password = z.string().max(4 * MAX_PASSWORD_LENGTH).meta({
  description: `${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters`,
});

/** `POST /api/users` */
export const userRequest = z.strictObject({ name, role: role.default("viewer"), password });
/** `PATCH /api/users/{userId}` */
export const userChange = z.strictObject({ role, disabled: z.boolean(), password }).partial();

export const user = z.object({
  userId: z.string(),
  name: z.string(),
  role,
  disabled: z.boolean(),
  createdAtMs: timeMs,
  sessions: z.array(z.object({
    id: z.string(),
    createdAtMs: timeMs,
    expiresAtMs: timeMs,
    agent: z.string().meta({ description: "What the browser called itself" }),
  })).meta({ description: "Browsers that are signed in, newest first" }),
}) satisfies z.ZodType<User>;
export const userList = z.object({ items: z.array(user) });
export const removedUser = z.object({ userId: z.string() });

/** `POST /api/tokens` */
export const tokenRequest = z.strictObject({
  name: z.string().max(MAX_TEXT_LENGTH).meta({ examples: ["nightly export"] }),
  scopes: z.array(scope).min(1).max(2).default(["read"]),
  expiresAtMs: timeMs.nullable().default(null),
});
export const apiToken = z.object({
  tokenId: z.string(),
  name: z.string(),
  ownerUid: z.string().nullable(),
  ownerName: z.string(),
  scopes: z.array(scope),
  createdAtMs: timeMs,
  expiresAtMs: timeMs.nullable(),
}) satisfies z.ZodType<ApiToken>;
export const tokenList = z.object({ items: z.array(apiToken) });
export const issuedToken = z.object({
  token: apiToken,
  secret: z.string().meta({ description: "Shown this once; send it as Authorization: Bearer" }),
});
export const revokedToken = z.object({ tokenId: z.string() });

/** `GET /api/audit` */
export const auditQuery = z.strictObject({
  by: z.string().max(MAX_TEXT_LENGTH).optional().meta({ description: "Who made the change" }),
  entity: z.string().max(MAX_TEXT_LENGTH).optional().meta({
    description: "What was changed, for example device:phone-1, or the kind alone: device",
  }),
  before: z.coerce.number().int().min(1).optional().meta({ description: "nextBefore of the page before" }),
  limit: z.coerce.number(`expected a whole number from 1 to ${MAX_AUDIT_ENTRIES}`).int().min(1)
    .max(MAX_AUDIT_ENTRIES).default(100),
});
const auditEntry = z.object({
  seq: z.int(),
  atMs: timeMs,
  by: z.string(),
  entity: z.string(),
  type: z.string(),
  what: z.string().meta({ description: "In words, to be read after `by`" }),
}) satisfies z.ZodType<AuditEntry>;
export const auditPage = z.object({
  items: z.array(auditEntry),
  nextBefore: z.int().nullable(),
}) satisfies z.ZodType<AuditPage>;
