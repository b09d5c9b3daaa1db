/**
 * The embedded log's database: settings, schema and the errors that mean "not now".
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { Unavailable } from "../unavailable.ts";

/** 16 kB pages: a third cheaper than 4 kB for blobs of 10 to 300 kB (measured). Only takes effect on a new file. */
const PAGE_BYTES = 16_384;
/** WAL pages before SQLite folds them into the database (40 MB): smaller stalls less each time but more often. */
const CHECKPOINT_PAGES = 2500;
/** Page cache, KiB (64 MB). */
const CACHE_KIB = 65_536;
/** The schema below; a database of a newer version is refused. */
const SCHEMA_VERSION = 1;
/** The id of every log made before each had its own: where their loading into Snowflake stands goes under it. */
const FIRST_LOG_ID = "embedded";
/** How long a client should wait when the disk is full: someone has to make room. */
const DISK_FULL_RETRY_S = 30;

/**
 * `*_segment`: groups of records, one blob each; ids have no holes, so a position is found by bisection. `base` is an f64 per
 * partition: the offset the group's first record has. `total_bytes` counts from the first segment ever, for retention.
 * `session`: row ids that stand for (device, session) inside the blobs. `seen_*`: message ids already stored, as far as
 * `seen_through`; later ones are in the segments. `task`: outputs are
 * committed up to `next_offset`, live rows of `state` are those at `snapshot_offset`. `dead_letter`: the newest has the largest id.
 * `meta`: the number of partitions and the log's id, both for good, and what the engine notes.
 */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS raw_segment(
  id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, total_bytes INTEGER NOT NULL, base BLOB NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS activity_segment(
  id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, total_bytes INTEGER NOT NULL, base BLOB NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS control_event(
  offset INTEGER PRIMARY KEY, entity TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE(entity, version));
CREATE TABLE IF NOT EXISTS session(
  sid INTEGER PRIMARY KEY, device_id TEXT NOT NULL, session_id TEXT NOT NULL, UNIQUE(device_id, session_id));
CREATE TABLE IF NOT EXISTS seen_range(sid INTEGER PRIMARY KEY, ranges TEXT NOT NULL, touched_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS seen_message(sid INTEGER NOT NULL, id TEXT NOT NULL, PRIMARY KEY(sid, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS task(
  partition INTEGER PRIMARY KEY, next_offset INTEGER NOT NULL, snapshot_offset INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS state(
  partition INTEGER NOT NULL, key TEXT NOT NULL, live INTEGER NOT NULL, touched_ms INTEGER NOT NULL, value BLOB NOT NULL,
  PRIMARY KEY(partition, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS state_live ON state(partition) WHERE live = 1;
CREATE TABLE IF NOT EXISTS dead_letter(
  id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
  key TEXT NOT NULL, reason TEXT NOT NULL, bytes INTEGER NOT NULL, excerpt TEXT NOT NULL, UNIQUE(topic, partition, offset));
CREATE INDEX IF NOT EXISTS dead_letter_at ON dead_letter(at_ms);
CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
`;

/**
 * Opens or creates the database.
 *
 * @throws Error when the file is another program's, a newer version's, or was made with another number of partitions.
 */
export function openDatabase(path: string, partitions: number): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    configure(db);
  } catch (error) {
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new Error(`${path} is in use by another process: stop it, or choose another DATA_DIR`, {
      cause: error,
    });
  }
  const version = db.prepare("PRAGMA user_version").get() as { user_version: number };
  if (version.user_version > SCHEMA_VERSION) {
    throw new Error(
      `${path} was written by a newer Activity Tracker (schema ${version.user_version}, this one knows ${SCHEMA_VERSION}): ` +
        "update the program, or choose another DATA_DIR",
    );
  }
  // One transaction with the schema: a database that is there without an id is an older one, never one half made.
  const id = version.user_version === 0 ? `${FIRST_LOG_ID}-${crypto.randomUUID()}` : FIRST_LOG_ID;
  db.exec(
    `BEGIN IMMEDIATE;${SCHEMA}INSERT OR IGNORE INTO meta(name, value) VALUES('id', '${id}');` +
      `PRAGMA user_version=${SCHEMA_VERSION};COMMIT;`,
  );
  db.prepare("INSERT OR IGNORE INTO meta(name, value) VALUES('partitions', ?)").run(partitions);
  const made = getMeta(db, "partitions");
  if (made !== partitions) {
    throw new Error(
      `${path} has ${made} partitions and PARTITIONS is ${partitions}: keys would change partition; ` +
        `set PARTITIONS=${made}, or choose another DATA_DIR`,
    );
  }
  return db;
}

function configure(db: DatabaseSync): void {
  db.exec(
    `PRAGMA page_size=${PAGE_BYTES};PRAGMA locking_mode=EXCLUSIVE;PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;` +
      `PRAGMA wal_autocheckpoint=${CHECKPOINT_PAGES};PRAGMA cache_size=-${CACHE_KIB};`,
  );
}

/** A value of the `meta` table. */
export function getMeta(db: DatabaseSync, name: string): number | string | null {
  const row = db.prepare("SELECT value FROM meta WHERE name = ?").get(name) as
    | { value: number | string }
    | undefined;
  return row?.value ?? null;
}

/** Writes a value of the `meta` table. */
export function setMeta(db: DatabaseSync, name: string, value: number | string): void {
  db.prepare("INSERT OR REPLACE INTO meta(name, value) VALUES(?, ?)").run(name, value);
}

/** SQLite's result codes: someone else has the file; "database or disk is full"; I/O errors (low byte). */
const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;
const SQLITE_IOERR = 10;

/** What a failed commit means to a client: the disk is full or broken, try later; anything else is thrown on. */
export function asUnavailable(error: unknown): Unavailable {
  const code = (error as { errcode?: number }).errcode ?? 0;
  if (code === SQLITE_FULL) {
    return new Unavailable(
      "the server's disk is full: nothing was stored; free some space in DATA_DIR",
      DISK_FULL_RETRY_S,
    );
  }
  if ((code & 0xff) === SQLITE_IOERR) {
    return new Unavailable(
      `the server's disk failed (${(error as Error).message}): nothing was stored`,
      DISK_FULL_RETRY_S,
    );
  }
  throw error;
}
