/**
 * Windows as Apache Parquet, streamed: an export of a month needs the memory of one row group.
 *
 * @module
 */
import { ByteWriter, type ColumnSource, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import type { ActivityRecord } from "../log/records.ts";
import { type Column, COLUMNS, fileResponse, PAGE_WINDOWS } from "./activity_file.ts";
import type { ActivityFilter, Page, Store } from "./services.ts";
import { orBadCursor } from "./validate.ts";

/** Rows of a group: encoding one takes the thread that answers requests about 50 ms. */
const GROUP_WINDOWS = 10_000;

type ColumnType = NonNullable<ColumnSource["type"]>;

/** Counts are below 2³¹: windows are minutes at most. */
const TYPES: Record<Column, ColumnType> = {
  messageId: "STRING",
  sessionId: "STRING",
  deviceId: "STRING",
  timestamp: "INT64",
  time: "TIMESTAMP",
  activity: "STRING",
  confidence: "DOUBLE",
  magnitude: "DOUBLE",
  magnitudeStd: "DOUBLE",
  cadenceHz: "DOUBLE",
  readings: "INT32",
  coverage: "DOUBLE",
  windowStart: "INT64",
  windowMs: "INT32",
  gravityRemoved: "BOOLEAN",
  thresholdsVersion: "INT32",
};

/** All windows of the filter from its cursor on; the filter's limit is not applied. */
export async function activityParquet(store: Store, filter: ActivityFilter): Promise<Response> {
  const ask = (cursor?: string) => store.activity({ ...filter, cursor, limit: PAGE_WINDOWS });
  // The first page before the response, so that a wrong cursor is an error and not half a file.
  let page: Page<ActivityRecord> | null = await orBadCursor(ask(filter.cursor));
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: schemaFromColumnData({ columnData: columnsOf([]) }),
    createdBy: "Activity Tracker",
  });
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const group: ActivityRecord[] = [];
      while (page !== null && group.length < GROUP_WINDOWS) {
        group.push(...page.items);
        page = page.nextCursor === null ? null : await ask(page.nextCursor);
      }
      if (group.length > 0) await writer.write({ columnData: columnsOf(group), rowGroupSize: group.length });
      if (page === null) await writer.finish();
      controller.enqueue(taken(bytes));
      if (page === null) controller.close();
    },
  });
  return fileResponse(body, filter, "parquet", "application/vnd.apache.parquet");
}

/** What has been written since the last time. */
function taken(bytes: ByteWriter): Uint8Array<ArrayBuffer> {
  const taken = new Uint8Array(bytes.getBuffer());
  // The place in the buffer, not in the file.
  bytes.index = 0;
  return taken;
}

function columnsOf(records: readonly ActivityRecord[]): ColumnSource[] {
  return COLUMNS.map((name) => ({
    name,
    type: TYPES[name],
    nullable: name === "cadenceHz",
    data: records.map((record) => valueOf(record, name)),
  }));
}

function valueOf(record: ActivityRecord, name: Column): unknown {
  if (name === "time") return new Date(record.timestamp);
  return TYPES[name] === "INT64" ? BigInt(record[name] as number) : record[name];
}
