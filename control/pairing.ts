/**
 * Pairing codes: shown as a QR code to a phone's camera, good for one key and a few minutes. The key itself is made when the code is
 * used, so no screen and no photograph ever shows it.
 *
 * A code is an entity of `activity_control`: its first event offers it, its second uses it up. Two phones, or two processes, that
 * use one at the same moment write the same version, and the log refuses the later one.
 *
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { Conflict } from "../log/port.ts";
import type { ControlEvent } from "../log/records.ts";
import type { Devices, Pairing, PairingCode, PairingFailure } from "../web/services.ts";
import type { ControlLog, Folded } from "./follow.ts";

/** Long enough to find the phone, short enough that a photograph of the screen is soon of no use, ms. */
export const CODE_MS = 10 * 60_000;
/** 128 bits: nobody guesses one in its ten minutes. */
const CODE_BYTES = 16;
/** Far above our codes and far below what would be worth hashing. */
const MAX_CODE_LENGTH = 64;
/** Codes that ended are remembered for a while, so that whoever comes late is told why, ms. */
const REMEMBERED_MS = 3_600_000;
/** Far more than anyone pairs in an hour; past it the oldest is forgotten. */
const MAX_CODES = 10_000;

const ENTITY_PREFIX = "pairing:";
const STATE = z.object({
  deviceId: z.string(),
  name: z.string().nullable(),
  expiresAtMs: z.number(),
  used: z.boolean(),
});
type State = z.infer<typeof STATE>;

/** See the module's text. */
export class PairingCodes implements Pairing, Folded {
  readonly #log: Pick<ControlLog, "appendControl">;
  readonly #devices: Pick<Devices, "issueKey">;
  readonly #now: () => number;
  /** By hash, oldest first. */
  readonly #codes = new Map<string, State>();

  constructor(log: Pick<ControlLog, "appendControl">, devices: Pick<Devices, "issueKey">, now: () => number) {
    this.#log = log;
    this.#devices = devices;
    this.#now = now;
  }

  /** Takes an event in; those of other entities are passed over. */
  fold({ entity, version, type, data }: ControlEvent): void {
    if (!entity.startsWith(ENTITY_PREFIX)) return;
    const state = STATE.safeParse(data);
    if (!state.success) {
      throw new Error(
        `event ${type} of ${entity}, version ${version}, has no code in it: ${z.prettifyError(state.error)}`,
      );
    }
    const hash = entity.slice(ENTITY_PREFIX.length);
    this.#forget();
    if (state.data.expiresAtMs + REMEMBERED_MS > this.#now()) this.#codes.set(hash, state.data);
  }

  #forget(): void {
    const before = this.#now() - REMEMBERED_MS;
    for (const [hash, { expiresAtMs }] of this.#codes) {
      if (expiresAtMs > before && this.#codes.size < MAX_CODES) return;
      this.#codes.delete(hash);
    }
  }

  /**
   * Makes a code for a device, which need not be registered yet.
   *
   * @throws Unavailable when it cannot be stored now
   */
  async offer(deviceId: string, name: string | null, by: string): Promise<PairingCode> {
    const code = randomBytes(CODE_BYTES).toString("base64url");
    const expiresAtMs = this.#now() + CODE_MS;
    await this.#append(hashOf(code), 1, "pairing.offered", by, { deviceId, name, expiresAtMs, used: false });
    return { code, expiresAtMs };
  }

  /**
   * Exchanges a code for a key; it is used up whatever happens next.
   *
   * @throws Unavailable when it cannot be stored now
   */
  async redeem(
    code: string,
  ): Promise<{ deviceId: string; name: string | null; key: string } | PairingFailure> {
    if (code.length > MAX_CODE_LENGTH) return "unknown";
    const hash = hashOf(code);
    const state = this.#codes.get(hash);
    if (state === undefined) return "unknown";
    if (state.used) return "used";
    if (state.expiresAtMs <= this.#now()) return "expired";
    const by = `phone ${state.deviceId}`;
    try {
      await this.#append(hash, 2, "pairing.used", by, { ...state, used: true });
    } catch (error) {
      if (error instanceof Conflict) return "used";
      throw error;
    }
    const { device, key } = await this.#devices.issueKey(state.deviceId, state.name, by);
    return { deviceId: device.deviceId, name: device.name, key };
  }

  async #append(hash: string, version: number, type: string, by: string, state: State): Promise<void> {
    await this.#log.appendControl({
      entity: ENTITY_PREFIX + hash,
      version,
      type,
      atMs: this.#now(),
      by,
      data: { ...state },
    });
  }
}

const hashOf = (code: string) => createHash("sha256").update(code).digest("base64url");
