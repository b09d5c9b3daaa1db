/**
 * Passwords at rest: scrypt, as texts that carry their own parameters, so that the cost can be raised without a migration.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { Unavailable } from "../log/unavailable.ts";

/** What one hash costs. */
export interface PasswordCost {
  /** Power of two; memory is `128 * n * r` bytes. */
  n: number;
  r: number;
  p: number;
}

/** As hard to guess as n = 2^17 with p = 1, in a quarter of the memory: 32 MB and about 0.27 s of one core. */
const STANDARD: PasswordCost = { n: 2 ** 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Hashes at once: phones' readings need the other cores and threads. */
const MAX_RUNNING = 2;
/** People who may wait for theirs, together about two seconds; more would be a flood. */
const MAX_WAITING = 16;
const RETRY_AFTER_S = 3;
const STORED = /^scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([\w-]+)\$([\w-]+)$/;

/** Makes and checks hashes of passwords, a few at a time. */
export class Passwords {
  readonly #cost: PasswordCost;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @param cost of new hashes; tests take a small one */
  constructor(cost: PasswordCost = STANDARD) {
    this.#cost = cost;
  }

  /**
   * @returns what to store
   * @throws Unavailable when too many wait
   */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const hash = await this.#derive(password, salt, this.#cost);
    const { n, r, p } = this.#cost;
    return ["scrypt", n, r, p, salt.toString("base64url"), hash.toString("base64url")].join("$");
  }

  /**
   * Whether it is the password. Without a hash it takes as long and says no, so that the time does not tell which names exist.
   *
   * @param stored a result of {@linkcode hash}; null where there is no user
   * @throws Unavailable when too many wait; Error when `stored` is none of ours
   */
  async verify(password: string, stored: string | null): Promise<boolean> {
    if (stored === null) {
      await this.#derive(password, randomBytes(SALT_BYTES), this.#cost);
      return false;
    }
    const [, n, r, p, salt, hash] = STORED.exec(stored) ?? [];
    if (hash === undefined) throw new Error("a stored password is no scrypt$n$r$p$salt$hash");
    const cost = { n: Number(n), r: Number(r), p: Number(p) };
    const derived = await this.#derive(password, Buffer.from(salt, "base64url"), cost);
    return timingSafeEqual(derived, Buffer.from(hash, "base64url"));
  }

  async #derive(password: string, salt: Buffer, { n, r, p }: PasswordCost): Promise<Buffer> {
    await this.#turn();
    try {
      return await new Promise((resolve, reject) => {
        const options = { N: n, r, p, maxmem: 256 * n * r };
        // The same text can be typed as different code points.
        scrypt(password.normalize("NFKC"), salt, HASH_BYTES, options, (error, key) => {
          if (error) reject(error);
          else resolve(key);
        });
      });
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  /** Resolves when it may run; whoever finishes hands its place on. */
  async #turn(): Promise<void> {
    if (this.#running < MAX_RUNNING) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= MAX_WAITING) {
      throw new Unavailable("Too many people are signing in at this moment. Try again.", RETRY_AFTER_S);
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
