/** Where to listen for what phones publish. */
export interface MqttSettings {
  /** mqtt://, mqtts://, ws:// or wss:// */
  url: string;
  /** null: nobody logs in. */
  login: { username: string; password: string } | null;
  /** A topic filter. */
  topic: string;
  /** null: one that is made at the first start and kept. */
  clientId: string | null;
}
