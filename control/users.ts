/**
 * The people who may sign in, folded from the events of `activity_control`: a user's own (`user:NAME`), and who are admins
 * (`admins`).
 *
 * There always is an admin once there was one. A change that takes someone's rights therefore begins with `admins`, where it is
 * refused for the last one; a process that dies in between leaves a user with fewer rights, never one with more.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { Conflict } from "../log/port.ts";
import type { ControlEvent } from "../log/records.ts";
import { Refused } from "../web/refused.ts";
import type { OpenSession, Role, User, Users } from "../web/services.ts";
import { type Change, Changes } from "./changes.ts";
import type { ControlLog, Folded } from "./follow.ts";
import { Passwords } from "./passwords.ts";
import {
  ADMINS,
  ADMINS_STATE,
  checkedName,
  checkPassword,
  hashSecret,
  SESSION_MS,
  type SessionState,
  USER_PREFIX,
  USER_STATE,
  userIdOf,
  type UserState,
} from "./user_state.ts";

/** Every list shows them all; an event of one is up to 6 kB, nearly all of it sessions. */
const MAX_USERS = 1000;
/** Browsers of one person; the oldest session ends when there is one more. */
const MAX_SESSIONS = 20;
/** 256 bits: nobody guesses one. */
const SECRET_BYTES = 32;
const SESSION_ID_BYTES = 9;
const MAX_AGENT_LENGTH = 200;
/** Who makes the first admin. */
const SETUP = "setup link";

/** Answers whose session it is, and changes users. */
export class UserRegistry implements Users, Folded {
  readonly #now: () => number;
  readonly #passwords: Passwords;
  readonly #changes: Changes;
  readonly #states = new Map<string, UserState>();
  readonly #sessions = new Map<string, { userId: string; session: SessionState }>();
  readonly #idsByUid = new Map<string, string>();
  #admins = new Set<string>();

  constructor(log: Pick<ControlLog, "appendControl">, now: () => number, passwords: Passwords) {
    this.#now = now;
    this.#passwords = passwords;
    this.#changes = new Changes(log, now);
  }

  /** Takes an event in; those of other entities, and versions it has, are passed over. */
  fold(event: ControlEvent): void {
    if (event.entity === ADMINS) {
      if (this.#changes.see(event)) this.#admins = new Set(parse(ADMINS_STATE, event).uids);
    } else if (event.entity.startsWith(USER_PREFIX)) {
      if (this.#changes.see(event)) {
        this.#set(event.entity.slice(USER_PREFIX.length), parse(USER_STATE, event));
      }
    }
  }

  #set(userId: string, state: UserState): void {
    const before = this.#states.get(userId);
    for (const { secretHash } of before?.sessions ?? []) this.#sessions.delete(secretHash);
    if (before) this.#idsByUid.delete(before.uid);
    this.#states.set(userId, state);
    if (!isActive(state)) return;
    this.#idsByUid.set(state.uid, userId);
    for (const session of state.sessions) this.#sessions.set(session.secretHash, { userId, session });
  }

  hasAdmin(): boolean {
    return [...this.#admins].some((uid) => this.#idsByUid.has(uid));
  }

  /** By name. */
  list(): User[] {
    return [...this.#states].filter(([, { removed }]) => !removed).sort(([a], [b]) => a < b ? -1 : 1)
      .map(([userId, state]) => this.#toUser(userId, state));
  }

  /** @returns null when there is no such user */
  get(userId: string): User | null {
    const state = this.#states.get(userId);
    return state === undefined || state.removed ? null : this.#toUser(userId, state);
  }

  /** @returns null when there is no such user any more, or one that is disabled */
  roleOf(uid: string): Role | null {
    if (!this.#idsByUid.has(uid)) return null;
    return this.#admins.has(uid) ? "admin" : "viewer";
  }

  /** @returns null when there is no such user */
  uidOf(userId: string): string | null {
    const state = this.#states.get(userId);
    return state === undefined || state.removed ? null : state.uid;
  }

  /** Secrets are found by their hash, so the time taken tells nothing about others. @returns null when it is none, or no more */
  bySession(secret: string): OpenSession | null {
    const found = this.#sessions.get(hashSecret(secret));
    if (found === undefined || found.session.expiresAtMs <= this.#now()) return null;
    const { userId, session } = found;
    const { uid, name } = this.#states.get(userId)!;
    return { userId, uid, name, role: this.roleOf(uid)!, sessionId: session.id };
  }

  /**
   * Makes the first admin, and a session.
   *
   * @returns the session's secret
   * @throws Conflict when someone else is it already; Refused when the name or the password cannot be one
   */
  async makeFirstAdmin(given: string, password: string, agent: string): Promise<string> {
    const name = checkedName(given);
    const userId = userIdOf(name);
    checkPassword(password, name);
    this.#assertNoAdmin();
    const before = this.#states.get(userId);
    // One who stopped between the two steps goes on with the same password.
    if (before && isActive(before) && await this.#passwords.verify(password, before.passwordHash)) {
      await this.#makeAdmin(before.uid, SETUP);
    } else {
      const { uid } = await this.#create(name, password, SETUP);
      try {
        await this.#makeAdmin(uid, SETUP);
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
        await this.#change(userId, SETUP, (state) => state.uid === uid ? removal(state) : null);
        throw error;
      }
    }
    const { secret } = await this.#openSession(userId, agent, null);
    return secret;
  }

  #assertNoAdmin(): void {
    if (this.hasAdmin()) throw new Conflict("there is an admin already");
  }

  #makeAdmin(uid: string, by: string): Promise<void> {
    return this.#changes.make(ADMINS, by, () => {
      if (by === SETUP) this.#assertNoAdmin();
      if (this.#admins.has(uid)) return null;
      return { type: "admins.added", data: { uids: [...this.#livingAdmins(), uid], ...this.#nameOf(uid) } };
    });
  }

  /** @throws Refused when there would be no admin left */
  #takeAdmin(uid: string, by: string): Promise<void> {
    return this.#changes.make(ADMINS, by, () => {
      if (!this.#admins.has(uid)) return null;
      const uids = this.#livingAdmins().filter((other) => other !== uid);
      if (uids.length === 0) throw new Refused("", "This is the last admin: make someone else one first.");
      return { type: "admins.removed", data: { uids, ...this.#nameOf(uid) } };
    });
  }

  #livingAdmins(): string[] {
    return [...this.#admins].filter((uid) => this.#idsByUid.has(uid));
  }

  /** For the audit. */
  #nameOf(uid: string): { name?: string } {
    const userId = this.#idsByUid.get(uid);
    return userId === undefined ? {} : { name: this.#states.get(userId)!.name };
  }

  /**
   * @returns null when name or password are wrong, or the user is disabled; it takes as long
   * @throws Unavailable when too many are signing in
   */
  async signIn(
    name: string,
    password: string,
    agent: string,
  ): Promise<{ userId: string; secret: string } | null> {
    const userId = userIdOf(name);
    const state = this.#states.get(userId);
    const stored = state && isActive(state) ? state.passwordHash : null;
    if (!await this.#passwords.verify(password, stored)) return null;
    const { secret, opened } = await this.#openSession(userId, agent, stored);
    return opened ? { userId, secret } : null;
  }

  /** Always a new secret, so that nobody can know one beforehand. @param verified must still be the user's hash; null: any */
  async #openSession(userId: string, agent: string, verified: string | null) {
    const secret = randomBytes(SECRET_BYTES).toString("base64url");
    const secretHash = hashSecret(secret);
    const createdAtMs = this.#now();
    const session: SessionState = {
      id: randomBytes(SESSION_ID_BYTES).toString("base64url"),
      secretHash,
      createdAtMs,
      expiresAtMs: createdAtMs + SESSION_MS,
      agent: agent.slice(0, MAX_AGENT_LENGTH),
    };
    await this.#change(userId, null, (state) => {
      if (!isActive(state) || (verified !== null && state.passwordHash !== verified)) return null;
      const open = state.sessions.filter(({ expiresAtMs }) => expiresAtMs > createdAtMs);
      const sessions = [...open, session].slice(-MAX_SESSIONS);
      return { type: "user.signedIn", data: { ...state, sessions } };
    });
    return { secret, opened: this.#sessions.has(secretHash) };
  }

  /** @param sessionId null ends all of the user's */
  async signOut(userId: string, sessionId: string | null, by: string): Promise<void> {
    await this.#change(userId, by, (state) => {
      const sessions = sessionId === null ? [] : state.sessions.filter(({ id }) => id !== sessionId);
      if (sessions.length === state.sessions.length) return null;
      const type = sessionId === null ? "user.signedOutEverywhere" : "user.signedOut";
      return { type, data: { ...state, sessions } };
    });
  }

  /** @throws Refused when the name is taken, or the name or the password cannot be one */
  async create(given: string, role: Role, password: string, by: string): Promise<User> {
    const name = checkedName(given);
    checkPassword(password, name);
    const { uid } = await this.#create(name, password, by);
    if (role === "admin") await this.#makeAdmin(uid, by);
    return this.#existing(userIdOf(name));
  }

  async #create(name: string, password: string, by: string): Promise<UserState> {
    const userId = userIdOf(name);
    const state: UserState = {
      uid: crypto.randomUUID(),
      name,
      passwordHash: await this.#passwords.hash(password),
      disabled: false,
      removed: false,
      createdAtMs: this.#now(),
      sessions: [],
    };
    await this.#changes.make(USER_PREFIX + userId, by, () => {
      if (this.get(userId) !== null) throw new Refused("/name", "is taken");
      if (this.list().length >= MAX_USERS) throw new Refused("", `There are ${MAX_USERS} users already.`);
      return { type: "user.created", data: state };
    });
    return state;
  }

  /** @throws Refused when it is the last admin, or one that is disabled */
  async setRole(userId: string, role: Role, by: string): Promise<User> {
    const { uid, disabled } = this.#state(userId);
    if (role === "viewer") await this.#takeAdmin(uid, by);
    else if (disabled) throw new Refused("/role", "A disabled user cannot be an admin: enable it first.");
    else await this.#makeAdmin(uid, by);
    return this.#existing(userId);
  }

  /** Ends the sessions; one that is enabled again is a viewer. @throws Refused when it is the last admin */
  async setDisabled(userId: string, disabled: boolean, by: string): Promise<User> {
    if (disabled) await this.#takeAdmin(this.#state(userId).uid, by);
    await this.#change(userId, by, (state) => {
      if (state.disabled === disabled) return null;
      return {
        type: disabled ? "user.disabled" : "user.enabled",
        data: { ...state, disabled, sessions: [] },
      };
    });
    return this.#existing(userId);
  }

  /**
   * Ends the sessions, except one.
   *
   * @param keptSessionId null when none is kept
   * @throws Refused when it cannot be a password
   */
  async setPassword(
    userId: string,
    password: string,
    keptSessionId: string | null,
    by: string,
  ): Promise<void> {
    checkPassword(password, this.#state(userId).name);
    const passwordHash = await this.#passwords.hash(password);
    await this.#change(userId, by, (state) => ({
      type: "user.passwordChanged",
      data: { ...state, passwordHash, sessions: state.sessions.filter(({ id }) => id === keptSessionId) },
    }));
  }

  /** @throws Unavailable when too many are signing in */
  async isPassword(userId: string, password: string): Promise<boolean> {
    const state = this.#states.get(userId);
    return await this.#passwords.verify(password, state && isActive(state) ? state.passwordHash : null);
  }

  /** Also ends the user's tokens. @throws Refused when it is the last admin */
  async remove(userId: string, by: string): Promise<void> {
    await this.#takeAdmin(this.#state(userId).uid, by);
    await this.#change(userId, by, removal);
  }

  /** @param by null: the user */
  async #change(userId: string, by: string | null, next: (state: UserState) => Change | null): Promise<void> {
    const { name } = this.#state(userId);
    await this.#changes.make(USER_PREFIX + userId, by ?? name, () => {
      const state = this.#states.get(userId)!;
      return state.removed ? null : next(state);
    });
  }

  #state(userId: string): UserState {
    const state = this.#states.get(userId);
    if (state === undefined || state.removed) throw new Refused("/userId", "There is no such user any more.");
    return state;
  }

  #existing(userId: string): User {
    return this.#toUser(userId, this.#state(userId));
  }

  #toUser(userId: string, { uid, name, disabled, createdAtMs, sessions }: UserState): User {
    const nowMs = this.#now();
    const open = sessions.filter(({ expiresAtMs }) => expiresAtMs > nowMs)
      .map(({ secretHash: _, ...session }) => session).reverse();
    return { userId, name, role: this.roleOf(uid) ?? "viewer", disabled, createdAtMs, sessions: open };
  }
}

const isActive = ({ disabled, removed }: UserState) => !disabled && !removed;

const removal = (state: UserState): Change => ({
  type: "user.removed",
  data: { ...state, removed: true, passwordHash: "", sessions: [] },
});

function parse<T>(schema: z.ZodType<T>, { entity, version, type, data }: ControlEvent): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new Error(
    `event ${type} of ${entity}, version ${version}, cannot be read: ${z.prettifyError(parsed.error)}`,
  );
}
