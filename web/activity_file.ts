/**
 * Windows as files.
 *
 * @module
 */
import type { ActivityFilter } from "./services.ts";

/** Windows asked for at once: a few ms of the engine's time. */
export const PAGE_WINDOWS = 2000;

/** In this order, whatever the format. */
export const COLUMNS = [
  "messageId",
  "sessionId",
  "deviceId",
  "timestamp",
  "time",
  "activity",
  "confidence",
  "magnitude",
  "magnitudeStd",
  "cadenceHz",
  "readings",
  "coverage",
  "windowStart",
  "windowMs",
  "gravityRemoved",
  "thresholdsVersion",
] as const;
export type Column = (typeof COLUMNS)[number];

/** A response that browsers save under the session's id, whatever that holds. */
export function fileResponse(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { sessionId = "activity" }: ActivityFilter,
  extension: string,
  contentType: string,
): Response {
  const name = sessionId.replaceAll(/[^\w.-]/g, "_");
  return new Response(body, {
    headers: {
      "content-type": contentType,
      "content-disposition": `attachment; filename="${name}.${extension}"`,
      "cache-control": "no-store",
    },
  });
}
