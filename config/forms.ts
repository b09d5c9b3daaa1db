/**
 * What the text of a setting may look like, and how that is said.
 *
 * @module
 */
import { z } from "zod";

/** What people are told about one setting. */
export interface SettingInfo {
  description: string;
  /** The end of the sentence "expected …". */
  expected: string;
  example: string;
  /** Secret values are never printed. */
  secret: boolean;
}

/** Of a filter; MQTT allows 65,535 bytes, which nobody types. */
const MAX_TOPIC_LENGTH = 1000;
/** `ORGANISATION-ACCOUNT`, or the older locator with its region, such as `xy12345.eu-central-1`. */
export const ACCOUNT = /^([a-z0-9]+([._-][a-z0-9]+)*)?$/i;
/** A name as Snowflake takes it without quotes. */
export const IDENTIFIER = /^[a-z_][a-z0-9_$]*$/i;
/** Names and IPv4 addresses: kafkajs takes what follows the first colon for the port. */
const BROKER = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?:[1-9]\d{0,4}$/i;
export const HOST_NAME = /^(\[?[0-9a-f:]*:[0-9a-f:.]*\]?|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)$/i;

export function setting<T extends string>(
  type: z.ZodType<T, string>,
  standard: string,
  info: Omit<SettingInfo, "secret"> & { secret?: boolean },
) {
  return type.prefault(standard).meta({ secret: false, ...info });
}

export function integer(min: number, max: number, standard: number, description: string) {
  const info: SettingInfo = {
    description,
    expected: `a whole number from ${min} to ${max}`,
    example: String(standard),
    secret: false,
  };
  return z.string().regex(/^\d{1,15}$/).transform(Number).pipe(z.number().min(min).max(max))
    .prefault(String(standard)).meta({ ...info });
}

/** Whether an address is reachable from this machine only. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

export const brokersOf = (list: string) => list.split(",").map((broker) => broker.trim());

export function isBroker(text: string): boolean {
  return BROKER.test(text) && Number(text.slice(text.indexOf(":") + 1)) <= 65_535;
}

const MQTT_PROTOCOLS = ["mqtt:", "mqtts:", "ws:", "wss:"];

/** A user or password in it would be printed. */
export function isMqttUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && MQTT_PROTOCOLS.includes(url.protocol) && url.hostname !== "" && !url.username &&
    !url.password && !url.hash;
}

/** MQTT 3.1.1, 4.7: `+` is a level of its own, and `#` the last. */
export function isTopicFilter(text: string): boolean {
  const levels = text.split("/");
  return text !== "" && text.length <= MAX_TOPIC_LENGTH && !text.includes("\0") &&
    levels.every((level, i) =>
      level === "+" || (level === "#" && i === levels.length - 1) || !/[+#]/.test(level)
    );
}

export function isSnowflakeUrl(text: string): boolean {
  const url = URL.parse(text);
  if (!url || url.pathname !== "/" || url.search || url.hash || url.username || url.password) return false;
  // Without TLS anyone on the way could take over the session.
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}

export function addressesOf(list: string): string[] {
  return list.split(",").map((address) => address.trim()).filter((address) => address !== "");
}

/** Told by the URL parser, which writes every form of an address the same way. */
export function isAddress(text: string): boolean {
  if (text.includes(":")) return URL.canParse(`http://[${text}]/`);
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && URL.canParse(`http://${text}/`);
}

export function isOriginOrEmpty(text: string): boolean {
  if (text === "") return true;
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, hash, username } = new URL(text);
  return /^https?:$/.test(protocol) && pathname === "/" && search + hash + username === "";
}
