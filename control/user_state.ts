/**
 * A user as the events of `activity_control` keep one, and what names and passwords may be.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { Refused } from "../web/refused.ts";

/** After it one signs in again, used or not. */
export const SESSION_MS = 14 * 86_400_000;
export const USER_PREFIX = "user:";
const MAX_NAME_LENGTH = 64;
/** Long enough that guessing at the throttled rate is hopeless, whatever the characters. */
export const MIN_PASSWORD_LENGTH = 12;
/** A sentence; longer ones would only be work for the server. */
export const MAX_PASSWORD_LENGTH = 256;
const MIN_DISTINCT_CHARACTERS = 5;
/** Controls, text direction marks and other things that cannot be seen. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/u;
/** What stands in the audit for others than users. */
const RESERVED = /^(local|activity tracker|setup link)$|\(token\)$/;

const session = z.object({
  id: z.string(),
  secretHash: z.string(),
  createdAtMs: z.number(),
  expiresAtMs: z.number(),
  agent: z.string(),
});

/** Every event carries the whole state. Whether one is an admin is not in it: see `control/users.ts`. */
export const USER_STATE = z.object({
  /** Another one when a user of the same name is made again, so that nothing of the first is the second's. */
  uid: z.string(),
  name: z.string(),
  passwordHash: z.string(),
  disabled: z.boolean(),
  removed: z.boolean(),
  createdAtMs: z.number(),
  sessions: z.array(session),
});
export type UserState = z.infer<typeof USER_STATE>;
export type SessionState = z.infer<typeof session>;

/** Who are admins, by uid. One entity, so that two processes cannot take the rights of the last two at once. */
export const ADMINS = "admins";
export const ADMINS_STATE = z.object({ uids: z.array(z.string()) });

/** Secrets of sessions and tokens are random, so that a plain hash protects them at rest. */
export const hashSecret = (secret: string): string => createHash("sha256").update(secret).digest("base64url");

/** @returns what the events of a user of this name are under: the same for names that only look alike in case or form */
export const userIdOf = (name: string): string => name.normalize("NFKC").trim().toLowerCase();

/**
 * @returns the name without spaces around it
 * @throws Refused when it cannot be one
 */
export function checkedName(given: string): string {
  const name = given.normalize("NFC").trim();
  if (name === "" || name.length > MAX_NAME_LENGTH || INVISIBLE.test(name) || !name.isWellFormed()) {
    throw new Refused("/name", `expected 1 to ${MAX_NAME_LENGTH} visible characters`);
  }
  if (RESERVED.test(userIdOf(name))) {
    throw new Refused("/name", "is what the audit calls someone else: choose another");
  }
  return name;
}

/** @throws Refused when it is too easy to guess, or too long */
export function checkPassword(password: string, name: string): void {
  const length = [...password].length;
  if (length < MIN_PASSWORD_LENGTH || length > MAX_PASSWORD_LENGTH) {
    throw new Refused(
      "/password",
      `expected ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters; four random words are good`,
    );
  }
  if (new Set(password).size < MIN_DISTINCT_CHARACTERS || userIdOf(password) === userIdOf(name)) {
    throw new Refused("/password", "is easy to guess; four random words are good");
  }
}
