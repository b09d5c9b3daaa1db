/**
 * What an admin's change was, in words, without secrets.
 *
 * @module
 */
import type { ControlEvent } from "../log/records.ts";
import { FIRST_VERSION } from "./thresholds.ts";

type Data = ControlEvent["data"];
/** @param id what follows the entity's colon, quoted */
type Words = (id: string, data: Data, event: ControlEvent) => string;

const MAX_LENGTH = 400;
const MAX_PART = 120;

const WORDS: Record<string, Words> = {
  "device.registered": (id, { name }) => `registered device ${id}${called(name)}`,
  "device.keyIssued": (id) => `gave device ${id} a new key`,
  "device.keyRevoked": (id) => `revoked the key of device ${id}`,
  "device.changed": (id, { name, gravity, unit }) =>
    `changed device ${id}: name ${quoted(name)}, gravity ${part(gravity)}, unit ${part(unit)}`,
  "device.removed": (id) => `removed device ${id}`,
  "device.restored": (id) => `brought device ${id} back`,
  "pairing.offered": (_, { deviceId }) => `offered a pairing code for phone ${quoted(deviceId)}`,
  "pairing.used": (_, { deviceId }) => `paired phone ${quoted(deviceId)}`,
  "thresholds.changed": (_, { deviceId, values, message, restoredFrom }, { version }) =>
    (values === null ? "removed the thresholds" : "changed the thresholds") +
    (typeof deviceId === "string" ? ` of device ${quoted(deviceId)}` : "") +
    (typeof restoredFrom === "number" ? `, as in version ${restoredFrom}` : "") +
    `, version ${version + FIRST_VERSION}` + (message ? `: ${part(message)}` : ""),
  "session.renamed": (id, { name }) => `named session ${id} ${quoted(name)}`,
  "session.noted": (id, { note }) => `changed the note of session ${id} to ${quoted(note)}`,
  "session.labelled": (id) => `labelled session ${id}`,
  "session.deleted": (id) => `deleted session ${id}`,
  "session.restored": (id) => `brought session ${id} back`,
  "session.reclassified": (id) => `classified session ${id} again`,
  "deadLetter.discarded": (id) => `discarded dead letter ${id}`,
  "admins.added": (_, { name }) => `made ${part(name)} an admin`,
  "admins.removed": (_, { name }) => `made ${part(name)} a viewer`,
  "user.created": (_, { name }) => `made user ${part(name)}`,
  "user.signedIn": (_, { name }, { by }) => by === name ? "signed in" : `signed in as ${part(name)}`,
  "user.signedOut": (_, { name }) => `ended a session of ${part(name)}`,
  "user.signedOutEverywhere": (_, { name }) => `ended all sessions of ${part(name)}`,
  "user.passwordChanged": (_, { name }) => `changed the password of ${part(name)}`,
  "user.disabled": (_, { name }) => `disabled user ${part(name)}`,
  "user.enabled": (_, { name }) => `enabled user ${part(name)}`,
  "user.removed": (_, { name }) => `removed user ${part(name)}`,
  "token.created": (_, { name, scopes, ownerName }) =>
    `made API token ${quoted(name)} of ${part(ownerName)}, which may ${
      Array.isArray(scopes) && scopes.includes("admin") ? "change everything" : "read"
    }`,
  "token.revoked": (_, { name, ownerName }) => `revoked API token ${quoted(name)} of ${part(ownerName)}`,
  "signIn.slowed": (_, { name, address }) =>
    `slowed down guesses of ${name === null ? "passwords" : `the password of ${part(name)}`} from ${
      part(address)
    }`,
};

/** For example `gave device "phone-1" a new key`; what has no words of its own is told by its type. */
export function describeChange(event: ControlEvent): string {
  const { entity, type, data } = event;
  const id = quoted(idOf(entity));
  const words = Object.hasOwn(WORDS, type) ? WORDS[type](id, data, event) : `${part(type)} ${quoted(entity)}`;
  return cut(words, MAX_LENGTH);
}

function idOf(entity: string): string {
  return entity.slice(entity.indexOf(":") + 1);
}

const called = (name: unknown) => typeof name === "string" ? ` as ${quoted(name)}` : "";
const quoted = (value: unknown) => value === null ? "none" : `“${part(value)}”`;
/** Ids of two parts have a line break between them. */
const part = (value: unknown) => cut(String(value).replaceAll("\n", " / "), MAX_PART);
const cut = (text: string, length: number) => text.length <= length ? text : `${text.slice(0, length - 1)}…`;
