/**
 * The shapes of what phones ask: pairing, and what they are doing.
 *
 * @module
 */
import { z } from "zod";
import { ACTIVITIES } from "../../log/records.ts";
import { textId } from "../../ingest/schema.ts";
import type { PairingAddress } from "../pairing.ts";

/** Ours have 22 characters. */
const MAX_CODE_LENGTH = 64;
const timeMs = z.number().meta({ description: "ms since the Unix epoch" });

/** `POST /api/pair` */
export const pairRequest = z.strictObject({
  code: z.string().min(1).max(MAX_CODE_LENGTH).meta({ description: "From the QR code" }),
});

export const paired = z.object({
  deviceId: z.string(),
  name: z.string().nullable(),
  key: z.string().meta({ description: "Write-only; shown this once" }),
});

/** `POST /api/devices/{deviceId}/pairing` */
export const pairingRequest = z.strictObject({
  name: textId.nullable().default(null).meta({ description: "For people; null keeps the device's" }),
});

export const pairingAddress = z.object({
  url: z.string(),
  qr: z.object({
    size: z.int().meta({ description: "Modules on a side" }),
    path: z.string().meta({ description: "The dark modules as an SVG path" }),
  }),
}) satisfies z.ZodType<PairingAddress>;

export const pairingOffer = z.object({
  deviceId: z.string(),
  atMs: timeMs.meta({ description: "The server's clock" }),
  expiresAtMs: timeMs.meta({ description: "The code is good until then, and once" }),
  pages: z.array(pairingAddress.extend({
    isSecure: z.boolean().meta({ description: "Browsers read motion only over HTTPS" }),
    isLocal: z.boolean().meta({ description: "Only the server's own machine reaches it" }),
  })).meta({ description: "The phone page with the code, at each address that phones may reach" }),
  trust: pairingAddress.nullable().meta({
    description: "The page that makes a phone trust the server's own certificate; null: it has none",
  }),
});

export const phoneStatus = z.object({
  deviceId: z.string(),
  name: z.string().nullable(),
  current: z.object({
    activity: z.enum(ACTIVITIES),
    confidence: z.number(),
    timestamp: timeMs.meta({ description: "End of the window" }),
  }).nullable().meta({ description: "The newest window of a live session; null: there is none" }),
});
