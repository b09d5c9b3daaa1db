/**
 * What the server may do after its start.
 *
 * @module
 */

/**
 * Gives up what only the start needs, in every thread, since Workers share their process's permissions.
 *
 * DATA_DIR can be anywhere, so the task may write anywhere: from here on no file is opened for writing any more. Kafka's brokers
 * name one another's addresses, so the task may connect anywhere: without Kafka and Snowflake nothing connects any more, and what
 * listens goes on listening.
 *
 * @param connects whether connections are still to be made
 */
export async function dropPermissions(connects: boolean): Promise<void> {
  await Deno.permissions.revoke({ name: "write" });
  if (!connects) await Deno.permissions.revoke({ name: "net" });
}
