/**
 * The one-time link that the server prints while there is no admin.
 *
 * @module
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import type { SetupLink, Users } from "../web/services.ts";

/** 256 bits: nobody guesses one. */
const CODE_BYTES = 32;

/** A code of this process, in memory alone: it ends with the process, or once there is an admin. */
export class SetupCode implements SetupLink {
  readonly code = randomBytes(CODE_BYTES).toString("base64url");
  readonly #users: Pick<Users, "hasAdmin">;

  constructor(users: Pick<Users, "hasAdmin">) {
    this.#users = users;
  }

  /** Whether it is the code, and there is no admin yet. */
  isCode(code: string): boolean {
    const given = Buffer.from(code);
    const expected = Buffer.from(this.code);
    return given.length === expected.length && timingSafeEqual(given, expected) && !this.#users.hasAdmin();
  }

  /** The link's path. */
  get path(): string {
    return `/setup?code=${this.code}`;
  }
}
