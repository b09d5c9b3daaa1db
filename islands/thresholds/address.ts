/**
 * What the page's address says: for which device, and on which sessions thresholds are tried.
 *
 * @module
 */
import type { SessionId } from "../../web/services.ts";

/** More would not fit every proxy's longest address; all labelled ones are said by naming none. */
export const MAX_CHOSEN = 100;

/** See the module's text. */
export interface Choice {
  /** null: all devices without values of their own. */
  deviceId: string | null;
  /** null: all that are labelled. */
  sessions: SessionId[] | null;
}

/** @throws {RangeError} If it is no address of this page */
export function choiceOf(params: URLSearchParams): Choice {
  const sessions = params.getAll("session").map((text): SessionId => {
    const parts = text.split("/").map(decoded);
    if (parts.length !== 2 || parts.includes("")) {
      throw new RangeError(
        `session is ${
          JSON.stringify(text.slice(0, 100))
        }: expected device/session, for example pixel-8/run-1`,
      );
    }
    return { deviceId: parts[0], sessionId: parts[1] };
  });
  if (sessions.length > MAX_CHOSEN) {
    throw new RangeError(`the address names ${sessions.length} sessions: expected at most ${MAX_CHOSEN}`);
  }
  return { deviceId: params.get("device") || null, sessions: sessions.length === 0 ? null : sessions };
}

/** The address of a choice. */
export function pathOf({ deviceId, sessions }: Choice): string {
  const params = new URLSearchParams();
  if (deviceId !== null) params.set("device", deviceId);
  for (const id of sessions ?? []) {
    params.append("session", `${encodeURIComponent(id.deviceId)}/${encodeURIComponent(id.sessionId)}`);
  }
  return params.size === 0 ? "/thresholds" : `/thresholds?${params}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new RangeError(`${JSON.stringify(text.slice(0, 100))} is not encoded as addresses are`, { cause });
  }
}
