/** How the connection is. */
export interface MqttStatus {
  /** Where, without user and password. */
  url: string;
  topic: string;
  /** What keeps messages from coming and what to check; null when they may come. */
  trouble: string | null;
  stored: number;
  refused: number;
  /** Taken from the broker and not settled yet. */
  waiting: number;
  /** When the last one came, ms since the Unix epoch. */
  lastMessageAtMs: number | null;
  /** Why the last one was refused that was. */
  lastRefusal: string | null;
}
