/**
 * Posts messages to the server the page came from.
 *
 * @module
 */
import type { Outcome } from "./sender.ts";

/** Compressing less costs more than it saves, bytes. */
const COMPRESS_FROM = 1500;
/** A server that says nothing for so long is as good as away, ms. */
const TIMEOUT_MS = 15_000;
/** Browsers send at most 64 KiB after the page has gone. */
const MAX_KEEPALIVE_BYTES = 60_000;
const URL_PATH = "/sensor-data";

/**
 * Posts messages, one a line.
 *
 * @param bodies messages as JSON
 * @param key of the device
 */
export async function postMessages(bodies: string[], key: string): Promise<Outcome> {
  const text = bodies.join("\n");
  const headers: Record<string, string> = {
    authorization: `Bearer ${key}`,
    "content-type": bodies.length === 1 ? "application/json" : "application/x-ndjson",
  };
  let body: BodyInit = text;
  if (text.length >= COMPRESS_FROM && typeof CompressionStream !== "undefined") {
    body = await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).blob();
    headers["content-encoding"] = "gzip";
  }
  try {
    const response = await fetch(URL_PATH, {
      method: "POST",
      headers,
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return outcomeOf(response.status, response.headers.get("retry-after"), await detailOf(response));
  } catch (error) {
    return { kind: "later", why: networkTrouble(error as Error), afterMs: null };
  }
}

/** Sends a last message while the page goes; it also waits in the outbox, and the server knows it by its id. */
export function postAtLast(body: string, key: string): void {
  if (body.length > MAX_KEEPALIVE_BYTES) return;
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  // Whether it arrives nobody is there to learn.
  fetch(URL_PATH, { method: "POST", headers, body, keepalive: true }).catch(() => {});
}

/** What an answer means for what was posted. @param retryAfter the header, seconds */
export function outcomeOf(status: number, retryAfter: string | null, detail: string): Outcome {
  if (status >= 200 && status < 300) return { kind: "taken" };
  if (status === 401 || status === 403) return { kind: "locked", why: detail };
  if (status === 400 || status === 413 || status === 415) return { kind: "refused", why: detail };
  const seconds = retryAfter === null ? NaN : Number(retryAfter);
  return { kind: "later", why: detail, afterMs: Number.isFinite(seconds) ? seconds * 1000 : null };
}

/** RFC 9457's detail, which says what to do. */
async function detailOf(response: Response): Promise<string> {
  if (response.ok) return "";
  const isProblem = response.headers.get("content-type")?.includes("json");
  const detail = isProblem ? (await response.json()).detail : undefined;
  return typeof detail === "string" ? detail : `the server answered ${response.status}`;
}

function networkTrouble({ name }: Error): string {
  if (!navigator.onLine) return "this phone is offline";
  return name === "TimeoutError" ? "the server does not answer" : "the server cannot be reached";
}
