/**
 * The keys that come with requests.
 *
 * @module
 */
import { HttpProblem } from "../../web/problem.ts";

/** Whose key this is. */
export interface KeyOwner {
  deviceId: string;
  revoked: boolean;
}

export interface KeyRing {
  /** @returns null when no device has or had this key */
  owner(key: string): KeyOwner | null;
}

/** Far above our keys (46 characters) and far below what would be worth hashing. */
const MAX_KEY_LENGTH = 256;

/**
 * Finds the key in a request's headers: `Authorization: Bearer <key>`, the password of `Basic`, or `X-API-Key`.
 *
 * @returns null when there is none
 */
export function headerKey(headers: Headers): string | null {
  const authorization = headers.get("authorization");
  if (authorization === null) return headers.get("x-api-key");
  const [, scheme, credentials] = /^(\S+)\s+(\S+)\s*$/.exec(authorization) ?? [];
  switch (scheme?.toLowerCase()) {
    case "bearer":
      return credentials;
    case "basic":
      return basicPassword(credentials);
  }
  throw unauthorized(
    "the Authorization header is neither Bearer nor Basic: expected Authorization: Bearer <key>",
  );
}

function basicPassword(credentials: string): string {
  let plain: string;
  try {
    plain = atob(credentials);
  } catch {
    throw unauthorized("the Basic credentials are not Base64: expected user:<key>, encoded");
  }
  return plain.slice(plain.indexOf(":") + 1);
}

/**
 * The device whose key in force was presented.
 *
 * @throws HttpProblem 401 when nobody has the key, 403 when it was revoked
 */
export function deviceOfKey(keys: KeyRing, key: string): string {
  const owner = key.length > MAX_KEY_LENGTH ? null : keys.owner(key);
  if (owner === null) {
    throw unauthorized(
      "this key belongs to no device; copy it again, or pair the phone anew on the Devices page",
    );
  }
  if (owner.revoked) {
    throw forbidden("this key was revoked: pair the phone again on the Devices page");
  }
  return owner.deviceId;
}

export function unauthorized(detail: string): HttpProblem {
  return new HttpProblem(401, detail, {
    headers: { "www-authenticate": 'Bearer realm="ingest", Basic realm="ingest"' },
  });
}

export function forbidden(detail: string): HttpProblem {
  return new HttpProblem(403, detail);
}
