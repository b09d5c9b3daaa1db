/**
 * The limits of ingest, each with its reason.
 *
 * @module
 */

export interface IngestSettings {
  /** Whether readings are taken without a key. A key that is sent must be valid all the same. */
  openIngest: boolean;
  /** Oldest reading that is accepted, ms before the server's clock. */
  maxPastMs: number;
  /** Newest reading that is accepted, ms after the server's clock. */
  maxFutureMs: number;
  /** Largest body on the wire, bytes. */
  maxBodyBytes: number;
  /** Largest body once inflated, bytes. */
  maxInflatedBytes: number;
  /** Most readings in one request, over all its messages and sensors. */
  maxReadings: number;
  /** Most messages in one request of several lines. */
  maxMessages: number;
  /** Requests a device may send for as long as it likes, per second. */
  requestsPerS: number;
  /** Requests a device may send at once after a silence. */
  burst: number;
  /** How long a body may take to arrive, ms. */
  readTimeoutMs: number;
  /** Memory that bodies being read may hold together, bytes. */
  maxReadingBytes: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_INGEST: IngestSettings = {
  openIngest: false,
  // A phone that was offline for a holiday still delivers; older data is more likely a broken clock.
  maxPastMs: 7 * 86_400_000,
  // Phones without network time run a few minutes ahead; hours ahead would stop a session's event clock.
  maxFutureMs: 5 * 60_000,
  // Five sensors at 100 Hz make 170 kB a second, so this is over ten seconds of everything a phone can send.
  maxBodyBytes: 2 * MIB,
  maxInflatedBytes: 4 * MIB,
  // 100 s at 200 Hz; one message is one record of the log, which has to stay far below Kafka's usual 1 MB.
  maxReadings: 20_000,
  // A quarter of an hour that a phone saved up second by second; each costs the log as much as a request of its own.
  maxMessages: 1000,
  // Phones post once to ten times a second; the burst is what one saves up over a minute without network.
  requestsPerS: 20,
  burst: 60,
  readTimeoutMs: 10_000,
  // 13,000 phones whose 5 kB arrive at the same moment, or 32 bodies of the largest size.
  maxReadingBytes: 64 * MIB,
};
