/**
 * The objects in Snowflake: names and columns, from which the DDL, the loading statements and the dashboards are made.
 *
 * @module
 */

/** Version of the tables below; raised with every migration. */
export const SCHEMA_VERSION = 1;

export const DATABASE = "ACTIVITY_DB";

/** A column of a table. All but keys may be NULL: rows that Kafka Connect loads have not all of them. */
export interface Column {
  name: string;
  type: string;
  /** What the column holds. */
  comment: string;
  required?: true;
  default?: string;
}

export interface Table {
  schema: string;
  name: string;
  comment: string;
  columns: Column[];
}

/** Fully qualified, so that no session's context matters. */
export const fullName = ({ schema, name }: Pick<Table, "schema" | "name">): string =>
  `${DATABASE}.${schema}.${name}`;

/** Where a row stood in the log; unique together. */
const ORIGIN: Column[] = [
  { name: "LOG_ID", type: "VARCHAR", comment: "Which log the row is from" },
  { name: "KAFKA_TOPIC", type: "VARCHAR", comment: "Topic of the log" },
  { name: "KAFKA_PARTITION", type: "NUMBER(9,0)", comment: "Partition of the topic" },
  { name: "KAFKA_OFFSET", type: "NUMBER(18,0)", comment: "Offset in the partition" },
  {
    name: "LOADED_AT",
    type: "TIMESTAMP_NTZ(3)",
    comment: "When the row was loaded, UTC",
    // Snowflake refuses a default of another type than the column's, and SYSDATE() has nine digits.
    default: "CAST(SYSDATE() AS TIMESTAMP_NTZ(3))",
  },
];

const METADATA: Column = {
  name: "RECORD_METADATA",
  type: "VARIANT",
  comment: "topic, partition, offset, key and CreateTime, as the Kafka connector writes them",
};

/** One row per message of readings. */
export const ACTIVITY_RECORDS: Table = {
  schema: "RAW_DATA",
  name: "ACTIVITY_RECORDS",
  comment: "Accelerometer readings as they came, one row per message",
  columns: [
    { name: "RECORD_CONTENT", type: "VARIANT", comment: "The record of raw_sensor_data" },
    METADATA,
    { name: "MESSAGE_ID", type: "VARCHAR", comment: "The phone's number of the message" },
    { name: "SESSION_ID", type: "VARCHAR", comment: "Recording, unique per device" },
    { name: "DEVICE_ID", type: "VARCHAR", comment: "Phone" },
    { name: "RECEIVED_AT", type: "TIMESTAMP_NTZ(3)", comment: "Server clock when the message arrived, UTC" },
    ...ORIGIN,
  ],
};

/** One row per window. */
export const USER_ACTIVITY_PROCESSED: Table = {
  schema: "PROCESSED_DATA",
  name: "USER_ACTIVITY_PROCESSED",
  comment: "What each person did, one row per window",
  columns: [
    METADATA,
    { name: "MESSAGE_ID", type: "VARCHAR", comment: "sessionId:timestamp, unique per window of a device" },
    { name: "SESSION_ID", type: "VARCHAR", comment: "Recording, unique per device" },
    { name: "DEVICE_ID", type: "VARCHAR", comment: "Phone" },
    { name: "TIMESTAMP", type: "TIMESTAMP_NTZ(3)", comment: "End of the window, UTC" },
    { name: "MAGNITUDE", type: "FLOAT", comment: "Mean magnitude of the acceleration without gravity, m/s2" },
    { name: "ACTIVITY", type: "VARCHAR", comment: "stationary, walking, running or unknown" },
    { name: "CONFIDENCE", type: "FLOAT", comment: "Probability that ACTIVITY is right, 0 to 1" },
    { name: "WINDOW_START", type: "TIMESTAMP_NTZ(3)", comment: "Start of the window, UTC" },
    { name: "WINDOW_MS", type: "NUMBER(9,0)", comment: "Length of the window, ms" },
    { name: "MAGNITUDE_STD", type: "FLOAT", comment: "Standard deviation of the magnitude, m/s2" },
    { name: "CADENCE_HZ", type: "FLOAT", comment: "Step rate, Hz; NULL without a rhythm" },
    { name: "READINGS", type: "NUMBER(9,0)", comment: "Readings in the window" },
    { name: "COVERAGE", type: "FLOAT", comment: "Share of the window that holds readings, 0 to 1" },
    { name: "GRAVITY_REMOVED", type: "BOOLEAN", comment: "Whether gravity was found and filtered out" },
    { name: "THRESHOLDS_VERSION", type: "NUMBER(9,0)", comment: "Version of the thresholds that decided" },
    ...ORIGIN,
  ],
};

/** How far each partition of each log is loaded; changed in the transaction that loads the rows. */
export const OFFSETS: Table = {
  schema: "SINK",
  name: "OFFSETS",
  comment: "Where loading goes on: changed only together with the rows it is about",
  columns: [
    { name: "LOG_ID", type: "VARCHAR", comment: "Which log", required: true },
    { name: "KAFKA_TOPIC", type: "VARCHAR", comment: "Topic of the log", required: true },
    { name: "KAFKA_PARTITION", type: "NUMBER(9,0)", comment: "Partition of the topic", required: true },
    { name: "NEXT_OFFSET", type: "NUMBER(18,0)", comment: "First offset that is not loaded", required: true },
    {
      name: "LAST_MESSAGE",
      type: "VARCHAR",
      comment: "The newest loaded record: tells a topic that was made anew from the one loaded before",
    },
    { name: "DELIVERY_ID", type: "VARCHAR", comment: "The delivery that moved it last" },
    { name: "UPDATED_AT", type: "TIMESTAMP_NTZ(3)", comment: "When it was last changed, UTC" },
  ],
};

/** Which version of these tables is there. */
export const SCHEMA_HISTORY: Table = {
  schema: "SINK",
  name: "SCHEMA_HISTORY",
  comment: "Versions of the tables, as snowflake:ddl made them",
  columns: [
    { name: "VERSION", type: "NUMBER(9,0)", comment: "Version of the tables", required: true },
    { name: "APPLIED_AT", type: "TIMESTAMP_NTZ(3)", comment: "When, UTC", required: true },
  ],
};

export const TABLES: Table[] = [ACTIVITY_RECORDS, USER_ACTIVITY_PROCESSED, OFFSETS, SCHEMA_HISTORY];
