/**
 * Attempts to sign in: slowed down per name and per address, and told to the audit when someone keeps guessing.
 *
 * @module
 */
import type { AuditTrail, PasswordResult, SignInResult, SignIns, Users } from "../web/services.ts";
import { type Rate, Throttle } from "./throttle.ts";
import { userIdOf } from "./user_state.ts";

/** Failures only. Of one name, from wherever: 2,880 guesses a day, hopeless against twelve characters. */
const PER_NAME: Rate = { burst: 10, refillMs: 30_000 };
/** An address may be a whole office. */
const PER_ADDRESS: Rate = { burst: 30, refillMs: 5000 };
/** Notes about guessing: a few at once, so that an attack is seen, then one an hour, so that it cannot fill the log. */
const NOTES: Rate = { burst: 5, refillMs: 3_600_000 };
const ALL = "all";

/** Each process counts its own. */
export class SignInDesk implements SignIns {
  readonly #users: Pick<Users, "signIn" | "isPassword" | "get">;
  readonly #audit: Pick<AuditTrail, "note">;
  readonly #names: Throttle;
  readonly #addresses: Throttle;
  readonly #notes: Throttle;

  constructor(
    users: Pick<Users, "signIn" | "isPassword" | "get">,
    audit: Pick<AuditTrail, "note">,
    now: () => number,
  ) {
    this.#users = users;
    this.#audit = audit;
    this.#names = new Throttle(PER_NAME, now);
    this.#addresses = new Throttle(PER_ADDRESS, now);
    this.#notes = new Throttle(NOTES, now);
  }

  /**
   * @param address of the peer
   * @throws Unavailable when too many are signing in
   */
  async attempt(name: string, password: string, agent: string, address: string): Promise<SignInResult> {
    const result = await this.#counted(
      userIdOf(name),
      address,
      () => this.#users.signIn(name, password, agent),
      (signedIn) => signedIn !== null,
    );
    if ("waitMs" in result) return { state: "slowed", ...result };
    return result.value === null ? { state: "wrong" } : { state: "in", ...result.value };
  }

  /**
   * Whether it is the password of someone who is signed in.
   *
   * @param address of the peer
   * @throws Unavailable when too many are signing in
   */
  async check(userId: string, password: string, address: string): Promise<PasswordResult> {
    const isPassword = () => this.#users.isPassword(userId, password);
    const result = await this.#counted(userId, address, isPassword, (isRight) => isRight);
    if ("waitMs" in result) return { state: "slowed", ...result };
    return { state: result.value ? "right" : "wrong" };
  }

  async #counted<T>(
    userId: string,
    address: string,
    verify: () => Promise<T>,
    isRight: (value: T) => boolean,
  ): Promise<{ value: T } | { waitMs: number }> {
    const network = networkOf(address);
    const waitMs = Math.max(this.#names.waitMs(userId), this.#addresses.waitMs(network));
    if (waitMs > 0) {
      await this.#note(userId, address);
      return { waitMs };
    }
    // Counted before the slow part, so that many at once are counted too.
    this.#names.take(userId);
    this.#addresses.take(network);
    let isGuess = false;
    try {
      const value = await verify();
      isGuess = !isRight(value);
      return { value };
    } finally {
      if (!isGuess) {
        this.#names.giveBack(userId);
        this.#addresses.giveBack(network);
      }
    }
  }

  async #note(userId: string, address: string): Promise<void> {
    // One note a name, and few in all.
    if (this.#notes.waitMs(ALL) > 0 || this.#notes.waitMs(userId) > 0) return;
    this.#notes.take(ALL);
    for (let i = 0; i < NOTES.burst; i++) this.#notes.take(userId);
    // What is no user's name may be a password in the wrong field.
    const name = this.#users.get(userId)?.name ?? null;
    await this.#audit.note({ entity: "signIn", type: "signIn.slowed", data: { name, address } });
  }
}

/** Of IPv6 the /64, which one connection has whole. */
function networkOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head, tail = ""] = address.split("::");
  const groups = head.split(":").filter(Boolean);
  const rest = tail.split(":").filter(Boolean);
  const whole = address.includes("::")
    ? [...groups, ...Array(Math.max(0, 8 - groups.length - rest.length)).fill("0"), ...rest]
    : groups;
  return whole.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "").toLowerCase()).join(":");
}
