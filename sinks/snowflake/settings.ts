/**
 * What is needed to load into Snowflake.
 *
 * @module
 */
export interface SnowflakeSettings {
  /** For example `ORGANISATION-ACCOUNT`. */
  account: string;
  user: string;
  role: string;
  warehouse: string;
  /** PEM, PKCS#8; encrypted where there is a passphrase. */
  privateKeyPath: string;
  passphrase: string | null;
  /** Where the account answers when that is not its usual address: a proxy, a private link, an emulator. */
  url: string | null;
  /** Records that wait for one load; past it they are loaded before their time. */
  bufferCountRecords: number;
  /** The same, JSON bytes. */
  bufferSizeBytes: number;
  /** Longest that a record waits for others to be loaded with it, ms: each load wakes the warehouse. */
  bufferFlushMs: number;
}
