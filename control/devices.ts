/**
 * The devices and their keys, folded from the events of `activity_control`.
 *
 * A key is write-only: with it readings can be posted, nothing can be read. Sent in a header it must belong to the device the
 * message names; in the path of `/ingest/{key}` it decides under which device the readings are stored, because apps such as
 * Sensor Logger make up a device id that nobody knows when the key is issued.
 *
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import type { ControlEvent } from "../log/records.ts";
import type { Device, DeviceChange, Devices } from "../web/services.ts";
import { Changes } from "./changes.ts";
import { GRAVITY_SETTINGS, UNIT_SETTINGS } from "./device_settings.ts";
import type { ControlLog, Folded } from "./follow.ts";

const KEY_PREFIX = "at_";
/** 256 bits: nobody guesses one, so a plain hash protects it at rest and a slow one would only cost time on every request. */
const KEY_BYTES = 32;
/** So many replaced keys of a device are still recognised, so that the phone is told "revoked" rather than "unknown". */
const REVOKED_KEPT = 8;
/** Six times the phones one machine can serve, about 15 MB. Past it the oldest entry goes and costs one hash when it returns. */
const MAX_CACHED_KEYS = 65_536;

/** Every event carries the whole state, so the newest one per device is enough. Older events lack the last three fields. */
const STATE = z.object({
  name: z.string().nullable(),
  createdAtMs: z.number(),
  keyHash: z.string().nullable(),
  revokedKeyHashes: z.array(z.string()),
  gravity: z.enum(GRAVITY_SETTINGS).default("auto"),
  unit: z.enum(UNIT_SETTINGS).default("auto"),
  /** A removed device keeps its state, so that removing it can be undone with its key. */
  removed: z.boolean().default(false),
});
type State = z.infer<typeof STATE>;

/** What to write about a device. */
interface DeviceChangeEvent {
  type: `device.${"registered" | "keyIssued" | "keyRevoked" | "changed" | "removed" | "restored"}`;
  data: State;
}

const ENTITY_PREFIX = "device:";

/** Whose key it is. Shared with the cache, so that revoking a key is seen there at once. */
interface Owner {
  deviceId: string;
  revoked: boolean;
}

/** Answers whose key it is for ingest, and lists, issues and revokes for the Devices page. */
export class DeviceRegistry implements Devices, Folded {
  readonly #now: () => number;
  readonly #changes: Changes;
  readonly #states = new Map<string, State>();
  readonly #owners = new Map<string, Owner>();
  readonly #ownersByKey = new Map<string, Owner>();

  constructor(log: Pick<ControlLog, "appendControl">, now: () => number) {
    this.#now = now;
    this.#changes = new Changes(log, now);
  }

  /** Takes an event in; those of other entities, and versions it has, are passed over. */
  fold(event: ControlEvent): void {
    if (!event.entity.startsWith(ENTITY_PREFIX) || !this.#changes.see(event)) return;
    const deviceId = event.entity.slice(ENTITY_PREFIX.length);
    const state = STATE.safeParse(event.data);
    if (!state.success) {
      throw new Error(
        `event ${event.type} of ${event.entity}, version ${event.version}, has no device in it: ` +
          z.prettifyError(state.error),
      );
    }
    const { keyHash, revokedKeyHashes, removed } = state.data;
    this.#states.set(deviceId, state.data);
    for (const hash of revokedKeyHashes) this.#own(hash, deviceId).revoked = true;
    if (keyHash !== null) this.#own(keyHash, deviceId).revoked = removed;
  }

  #own(hash: string, deviceId: string): Owner {
    let owner = this.#owners.get(hash);
    if (owner === undefined) {
      owner = { deviceId, revoked: false };
      this.#owners.set(hash, owner);
    }
    return owner;
  }

  /** Oldest first. */
  list(): Device[] {
    return [...this.#states].filter(([, { removed }]) => !removed).map(toDevice)
      .sort((a, b) => a.createdAt - b.createdAt);
  }

  /** @returns null when there is no such device */
  get(deviceId: string): Device | null {
    const state = this.#states.get(deviceId);
    return state === undefined || state.removed ? null : toDevice([deviceId, state]);
  }

  /**
   * Whose key it is. Keys are found by their hash, so the time taken tells nothing about other keys; a key seen before is found
   * without hashing (1.5 µs of every request otherwise).
   *
   * @returns null when no device has or had it
   */
  owner(key: string): Owner | null {
    const cached = this.#ownersByKey.get(key);
    if (cached !== undefined) return cached;
    const owner = this.#owners.get(hashKey(key));
    if (owner === undefined) return null;
    if (this.#ownersByKey.size >= MAX_CACHED_KEYS) {
      this.#ownersByKey.delete(this.#ownersByKey.keys().next().value!);
    }
    this.#ownersByKey.set(key, owner);
    return owner;
  }

  /**
   * Registers a device, or gives a registered one a new key in place of the old one.
   *
   * @throws Conflict when others keep changing the device
   */
  async issueKey(
    deviceId: string,
    name: string | null,
    by: string,
  ): Promise<{ device: Device; key: string }> {
    const key = KEY_PREFIX + randomBytes(KEY_BYTES).toString("base64url");
    const device = await this.#change(deviceId, by, (state) => {
      const isNew = state === null || state.removed;
      const from = isNew ? this.#newState(state) : state;
      const data = {
        ...from,
        name: name ?? from.name,
        keyHash: hashKey(key),
        revokedKeyHashes: revokedWith(state),
      };
      return { type: isNew ? "device.registered" : "device.keyIssued", data };
    });
    return { device: device!, key };
  }

  /**
   * @returns null when there is no such device; a device without a key stays as it is
   * @throws Conflict when others keep changing the device
   */
  revokeKey(deviceId: string, by: string): Promise<Device | null> {
    return this.#change(deviceId, by, (state) => {
      if (state === null || state.removed || state.keyHash === null) return null;
      return {
        type: "device.keyRevoked",
        data: { ...state, keyHash: null, revokedKeyHashes: revokedWith(state) },
      };
    });
  }

  /**
   * Changes what is given; one that is not registered is registered without a key, so that phones which need none can have
   * a name and settings.
   *
   * @throws Conflict when others keep changing the device
   */
  async change(deviceId: string, change: DeviceChange, by: string): Promise<Device> {
    const device = await this.#change(deviceId, by, (state) => {
      const isNew = state === null || state.removed;
      const from = isNew ? this.#newState(state) : state;
      const data = { ...from, ...change };
      const isSame = data.name === from.name && data.gravity === from.gravity && data.unit === from.unit;
      if (isSame && !isNew) return null;
      return { type: isNew ? "device.registered" : "device.changed", data };
    });
    return device!;
  }

  /**
   * Takes a device out of the registry; its key ends, its sessions stay.
   *
   * @returns false when there is no such device
   * @throws Conflict when others keep changing the device
   */
  async remove(deviceId: string, by: string): Promise<boolean> {
    if (this.get(deviceId) === null) return false;
    await this.#change(deviceId, by, (state) => {
      if (state === null || state.removed) return null;
      return { type: "device.removed", data: { ...state, removed: true } };
    });
    return true;
  }

  /**
   * Undoes a removal: the key that was in force then is again.
   *
   * @returns null when there never was such a device; one that is not removed stays as it is
   * @throws Conflict when others keep changing the device
   */
  restore(deviceId: string, by: string): Promise<Device | null> {
    return this.#change(deviceId, by, (state) => {
      if (state === null || !state.removed) return null;
      return { type: "device.restored", data: { ...state, removed: false } };
    });
  }

  /** @param before of a device of this id that was removed: its keys stay known as revoked */
  #newState(before: State | null): State {
    return {
      name: null,
      createdAtMs: this.#now(),
      keyHash: null,
      revokedKeyHashes: revokedWith(before),
      gravity: "auto",
      unit: "auto",
      removed: false,
    };
  }

  /**
   * @param next the change to a device as it is then (null: there never was one); null for none
   * @returns the device afterwards, null when there is none
   */
  async #change(
    deviceId: string,
    by: string,
    next: (state: State | null) => DeviceChangeEvent | null,
  ): Promise<Device | null> {
    await this.#changes.make(ENTITY_PREFIX + deviceId, by, () => next(this.#states.get(deviceId) ?? null));
    return this.get(deviceId);
  }
}

function hashKey(key: string): string {
  return createHash("sha256").update(key).digest("base64url");
}

function revokedWith(state: State | null): string[] {
  if (state === null) return [];
  const { keyHash, revokedKeyHashes } = state;
  return (keyHash === null ? revokedKeyHashes : [...revokedKeyHashes, keyHash]).slice(-REVOKED_KEPT);
}

const toDevice = ([deviceId, { name, createdAtMs, keyHash, gravity, unit }]: [string, State]): Device => ({
  deviceId,
  name,
  createdAt: createdAtMs,
  hasKey: keyHash !== null,
  gravity,
  unit,
});
