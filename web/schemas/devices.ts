/**
 * The shapes of `/api/devices`.
 *
 * @module
 */
import { z } from "zod";
import { GRAVITY_SETTINGS, UNIT_SETTINGS } from "../../control/device_settings.ts";
import { textId } from "../../ingest/schema.ts";
import type { DeviceItem, DevicePage } from "../devices.ts";
import type { Device, DeviceHealth, Stranger } from "../services.ts";
import { pairingAddress } from "./phones.ts";

/** A page's worth for a program; the Devices page shows fewer. */
const MAX_DEVICES = 1000;
const MAX_SEARCH_LENGTH = 128;

const timeMs = z.number().meta({ description: "ms since the Unix epoch" });
const count = z.int().min(0);
const name = textId.nullable().meta({ description: "For people" });

/** `GET /api/devices` */
export const devicesQuery = z.strictObject({
  deviceId: textId.optional().meta({ description: "Only this one" }),
  q: z.string().max(MAX_SEARCH_LENGTH).default("").meta({ description: "Part of the name or the id" }),
  page: z.coerce.number("expected a whole number from 1").int().min(1).default(1),
  limit: z.coerce.number(`expected a whole number from 1 to ${MAX_DEVICES}`).int().min(1).max(MAX_DEVICES)
    .default(200).meta({ description: "Devices on a page" }),
});

/** `/devices` */
export const devicesPageQuery = devicesQuery.omit({ deviceId: true, limit: true }).extend({
  pair: z.literal("1").optional(),
});

/** `POST /api/devices` */
export const deviceRequest = z.strictObject({
  deviceId: textId.meta({ examples: ["phone-1"] }),
  name: name.default(null),
});

const gravity = z.enum(GRAVITY_SETTINGS).meta({
  description: "Whether gravity is in the readings; auto: found out from them",
});
const unit = z.enum(UNIT_SETTINGS).meta({ description: "Unit of the readings; auto: found out from them" });

/** `PATCH /api/devices/{deviceId}` */
export const deviceChange = z.strictObject({ name, gravity, unit }).partial();

const settings = { gravity: z.enum(GRAVITY_SETTINGS), unit: z.enum(UNIT_SETTINGS) };
export const device = z.object({
  deviceId: z.string(),
  name: z.string().nullable(),
  createdAt: timeMs,
  hasKey: z.boolean(),
  ...settings,
}) satisfies z.ZodType<Device>;

const refusal = {
  at: timeMs,
  status: z.int().meta({ description: "200: other readings of the request were taken" }),
  reason: z.string(),
  excerpt: z.string().meta({ description: "The offending part of what was sent" }),
};
const ms = z.number().nullable().meta({ description: "ms" });
const deviceHealth = z.object({
  lastSeenAt: timeMs.nullable(),
  source: z.enum(["seed", "sensor-logger", "phyphox", "phone", "replay", "mqtt"]).nullable(),
  named: z.enum(["included", "removed", "unknown"]).meta({ description: "What the sensor's name says" }),
  measured: z.object({ included: z.boolean(), unit: z.enum(["ms2", "g"]) }).nullable()
    .meta({ description: "What the readings say about gravity" }),
  readingsPerS: z.number().nullable().meta({ description: "Over the last minute" }),
  intervalMs: ms,
  jitterMs: ms,
  lagMs: ms.meta({ description: "Age of the newest reading of a message; negative: from the future" }),
  messages: count,
  duplicates: count,
  missing: count.nullable().meta({
    description: "Messages of the present session that have not come; null when ids are no counter",
  }),
  rejected: count.meta({ description: "Readings" }),
  refused: z.object(refusal).nullable(),
}) satisfies z.ZodType<DeviceHealth>;

const stranger = z.object({
  ...refusal,
  deviceId: z.string().nullable(),
  agent: z.string().nullable(),
  count,
}) satisfies z.ZodType<Stranger>;

const deviceItem = z.object({
  deviceId: z.string(),
  name: z.string().nullable(),
  createdAt: timeMs.nullable().meta({ description: "null: not registered, but heard of" }),
  hasKey: z.boolean(),
  ...settings,
  health: deviceHealth.nullable().meta({ description: "As this process has seen it since it started" }),
  session: z.object({
    sessionId: z.string(),
    live: z.boolean(),
    gravityRemoved: z.boolean().nullable().meta({ description: "Of its last window" }),
  }).nullable().meta({ description: "The newest" }),
}) satisfies z.ZodType<DeviceItem>;

export const devicePage = z.object({
  items: z.array(deviceItem),
  total: count,
  page: count,
  pages: count,
  atMs: timeMs,
  strangers: z.array(stranger).meta({ description: "Who was refused and is no known device, newest first" }),
}) satisfies z.ZodType<DevicePage>;

export const issuedKey = z.object({
  device,
  key: z.string().meta({ description: "Shown this once" }),
  ingestPath: z.string().meta({ description: "Where a client that cannot set headers posts to" }),
  pairing: z.array(pairingAddress).meta({
    description: "Sensor Logger's push URL, at each address that phones may reach",
  }),
  phyphox: z.array(pairingAddress).meta({
    description: "The experiment file as phyphox opens it, at each address that phones may reach",
  }),
});

export const removedDevice = z.object({ deviceId: z.string() });
