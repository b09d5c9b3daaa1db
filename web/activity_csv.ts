/**
 * Windows as CSV, streamed page by page: an export of a month needs the memory of one page.
 *
 * @module
 */
import type { ActivityRecord } from "../log/records.ts";
import { COLUMNS, fileResponse, PAGE_WINDOWS } from "./activity_file.ts";
import type { ActivityFilter, Store } from "./services.ts";
import { orBadCursor } from "./validate.ts";

/** Whether the client asks for CSV rather than JSON. */
export function wantsCsv(req: Request): boolean {
  return req.headers.get("accept")?.includes("text/csv") ?? false;
}

/** All windows of the filter from its cursor on; the filter's limit is not applied. */
export async function activityCsv(store: Store, filter: ActivityFilter): Promise<Response> {
  // The first page before the response, so that a wrong cursor is an error and not half a file.
  let page = await orBadCursor(store.activity({ ...filter, limit: PAGE_WINDOWS }));
  let first = true;
  const body = new ReadableStream<string>({
    async pull(controller) {
      const lines = page.items.map(toLine).join("");
      controller.enqueue(first ? `${COLUMNS.join(",")}\r\n${lines}` : lines);
      first = false;
      if (page.nextCursor === null) return controller.close();
      page = await store.activity({ ...filter, cursor: page.nextCursor, limit: PAGE_WINDOWS });
    },
  }).pipeThrough(new TextEncoderStream());
  return fileResponse(body, filter, "csv", "text/csv; charset=utf-8; header=present");
}

function toLine(record: ActivityRecord): string {
  const row = { ...record, time: new Date(record.timestamp).toISOString() };
  return COLUMNS.map((column) => quote(row[column])).join(",") + "\r\n";
}

/**
 * RFC 4180. A text that a spreadsheet would run as a formula gets an apostrophe in front: ids come from phones, and anyone may
 * have written them.
 */
function quote(value: string | number | boolean | null): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
