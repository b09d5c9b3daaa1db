/**
 * Texts of the pairing dialog that are made of figures and addresses.
 *
 * @module
 */

/** For example "9 min 40 s". @param ms until the code ends, ms */
export function formatLeft(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  return minutes === 0
    ? `${seconds}\u00a0s`
    : `${minutes}\u00a0min ${String(seconds % 60).padStart(2, "0")}\u00a0s`;
}

/**
 * One reading in one line, to be pasted into a shell.
 *
 * @param url of `/ingest/{key}`
 * @param atMs when the reading was made, ms since the Unix epoch
 */
export function curlLine(url: string, atMs: number): string {
  const message = {
    messageId: `${atMs}`,
    sessionId: "first-try",
    deviceId: "program",
    sensorReadings: [{ name: "accelerometer", timestamp: atMs, values: [0.1, 0.3, 9.8] }],
  };
  return `curl '${url}' -H 'Content-Type: application/json' -d '${JSON.stringify(message)}'`;
}

/**
 * An id for a phone that is only named: readable, and its random end keeps two of one name apart.
 *
 * @param name as a person typed it
 * @param random 16 random bits
 */
export function toDeviceId(name: string, random: number): string {
  const slug = name.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  return `${slug || "phone"}-${random.toString(36).padStart(4, "0")}`;
}
