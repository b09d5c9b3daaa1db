/**
 * API tokens, folded from the events of `activity_control`: what programs call the API with.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { ControlEvent } from "../log/records.ts";
import { Refused } from "../web/refused.ts";
import type { ApiToken, FoundToken, TokenRequest, Tokens } from "../web/services.ts";
import { type Change, Changes } from "./changes.ts";
import type { ControlLog, Folded } from "./follow.ts";
import { hashSecret } from "./user_state.ts";

const ENTITY_PREFIX = "token:";
/** Tells a token from a device's key, and lets scanners for leaked secrets find it. */
export const TOKEN_PREFIX = "att_";
/** 256 bits: nobody guesses one. */
const SECRET_BYTES = 32;
const ID_BYTES = 9;
/** Tokens that are not revoked; every list of an admin shows them all. */
const MAX_TOKENS = 1000;
const MAX_NAME_LENGTH = 64;
/** Controls, text direction marks and other things that cannot be seen. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/u;

const STATE = z.object({
  name: z.string(),
  /** Of the user who made it, whose rights it never exceeds; null: made on the machine before there was an admin. */
  ownerUid: z.string().nullable(),
  ownerName: z.string(),
  scopes: z.array(z.enum(["read", "admin"])),
  hash: z.string(),
  createdAtMs: z.number(),
  expiresAtMs: z.number().nullable(),
  revoked: z.boolean(),
});
type State = z.infer<typeof STATE>;

/** Finds, makes and revokes tokens. */
export class TokenRegistry implements Tokens, Folded {
  readonly #now: () => number;
  readonly #changes: Changes;
  readonly #states = new Map<string, State>();
  /** Also of those revoked, so that a program is told "revoked" rather than "unknown": 43 characters each. */
  readonly #idsByHash = new Map<string, string>();

  constructor(log: Pick<ControlLog, "appendControl">, now: () => number) {
    this.#now = now;
    this.#changes = new Changes(log, now);
  }

  /** Takes an event in; those of other entities, and versions it has, are passed over. */
  fold(event: ControlEvent): void {
    if (!event.entity.startsWith(ENTITY_PREFIX) || !this.#changes.see(event)) return;
    const state = STATE.safeParse(event.data);
    if (!state.success) {
      throw new Error(
        `event ${event.type} of ${event.entity}, version ${event.version}, has no token in it: ` +
          z.prettifyError(state.error),
      );
    }
    const tokenId = event.entity.slice(ENTITY_PREFIX.length);
    this.#states.set(tokenId, state.data);
    this.#idsByHash.set(state.data.hash, tokenId);
  }

  /** Those that are not revoked, newest first. */
  list(): ApiToken[] {
    return [...this.#states].filter(([, { revoked }]) => !revoked).map(toToken)
      .sort((a, b) => b.createdAtMs - a.createdAtMs);
  }

  /** @returns null when there is none, or it is revoked */
  get(tokenId: string): ApiToken | null {
    const state = this.#states.get(tokenId);
    return state === undefined || state.revoked ? null : toToken([tokenId, state]);
  }

  /** Secrets are found by their hash, so the time taken tells nothing about others. */
  find(secret: string): FoundToken {
    const tokenId = this.#idsByHash.get(hashSecret(secret));
    if (tokenId === undefined) return { state: "unknown" };
    const state = this.#states.get(tokenId)!;
    if (state.revoked) return { state: "revoked" };
    if (state.expiresAtMs !== null && state.expiresAtMs <= this.#now()) return { state: "expired" };
    return { state: "valid", token: toToken([tokenId, state]) };
  }

  /**
   * Makes a token.
   *
   * @returns it and its secret, shown this once
   * @throws Refused when the name cannot be one or the owner has one of it, the expiry is past, or there are too many
   */
  async create(request: TokenRequest, by: string): Promise<{ token: ApiToken; secret: string }> {
    const name = request.name.normalize("NFC").trim();
    const nowMs = this.#now();
    if (name === "" || name.length > MAX_NAME_LENGTH || INVISIBLE.test(name) || !name.isWellFormed()) {
      throw new Refused("/name", `expected 1 to ${MAX_NAME_LENGTH} visible characters`);
    }
    if (request.expiresAtMs !== null && request.expiresAtMs <= nowMs) {
      throw new Refused("/expiresAtMs", "expected a time to come");
    }
    // Also keeps a form that is sent again, by reloading the page, from making another.
    if (this.list().some((token) => token.ownerUid === request.ownerUid && token.name === name)) {
      throw new Refused("/name", "is the name of another token of yours");
    }
    if (this.list().length >= MAX_TOKENS) {
      throw new Refused("", `There are ${MAX_TOKENS} tokens already: revoke some first.`);
    }
    const secret = TOKEN_PREFIX + randomBytes(SECRET_BYTES).toString("base64url");
    const tokenId = randomBytes(ID_BYTES).toString("base64url");
    const state: State = { ...request, name, hash: hashSecret(secret), createdAtMs: nowMs, revoked: false };
    await this.#changes.make(ENTITY_PREFIX + tokenId, by, () => ({ type: "token.created", data: state }));
    return { token: toToken([tokenId, state]), secret };
  }

  /** @returns false when there is none that is not revoked */
  async revoke(tokenId: string, by: string): Promise<boolean> {
    if (this.get(tokenId) === null) return false;
    await this.#changes.make(ENTITY_PREFIX + tokenId, by, (): Change | null => {
      const state = this.#states.get(tokenId)!;
      return state.revoked ? null : { type: "token.revoked", data: { ...state, revoked: true } };
    });
    return true;
  }
}

const toToken = ([tokenId, { hash: _, revoked: __, ...state }]: [string, State]): ApiToken => ({
  tokenId,
  ...state,
});
