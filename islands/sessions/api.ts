/**
 * Where a session's things are, and its changes.
 *
 * @module
 */
import type { Label, SessionId } from "../../web/services.ts";
import { send } from "../send.ts";
import { cut } from "./series.ts";
import type { Span } from "./span.ts";

/** The session's address in the API. @param more what follows its id, for example "/series" */
export function apiPath(
  { deviceId, sessionId }: SessionId,
  more = "",
  query: Record<string, string> = {},
): string {
  return `/api/sessions/${encodeURIComponent(sessionId)}${more}?${new URLSearchParams({
    deviceId,
    ...query,
  })}`;
}

/** The session's page. */
export const pagePath = ({ deviceId, sessionId }: SessionId, query: Record<string, string> = {}): string =>
  `/sessions/${encodeURIComponent(sessionId)}?${new URLSearchParams({ deviceId, ...query })}`;

const labelPath = (id: SessionId, { from, to }: Span) =>
  apiPath(id, `/labels/${Math.round(from)}-${Math.round(to)}`);

/** Says what a span really was; null: nothing. @returns all labels of the session */
export async function putLabel(
  id: SessionId,
  span: Span,
  label: Pick<Label, "activity"> & Partial<Label> | null,
): Promise<Label[]> {
  const path = labelPath(id, span);
  const { labels } = label === null
    ? await send<{ labels: Label[] }>("DELETE", path)
    : await send<{ labels: Label[] }>("PUT", path, {
      activity: label.activity,
      source: label.source ?? "person",
    });
  return labels;
}

/** Makes a span's labels what they were. @param before all labels of the session as they were */
export async function restoreLabels(id: SessionId, span: Span, before: readonly Label[]): Promise<Label[]> {
  let labels = await putLabel(id, span, null);
  for (const label of cut(before, span)) labels = await putLabel(id, label, label);
  return labels;
}
