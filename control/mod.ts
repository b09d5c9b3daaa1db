/**
 * What admins change, as one process with pages knows and changes it.
 *
 * @module
 */
import type { Store } from "../sinks/sqlite/answers.ts";
import { Audit } from "./audit.ts";
import { DeviceRegistry } from "./devices.ts";
import { type ControlLog, follow } from "./follow.ts";
import { PairingCodes } from "./pairing.ts";
import { Passwords } from "./passwords.ts";
import { SessionRegistry } from "./sessions.ts";
import { SetupCode } from "./setup_link.ts";
import { SignInDesk } from "./sign_ins.ts";
import { ThresholdsRegistry } from "./thresholds.ts";
import { TokenRegistry } from "./tokens.ts";
import { UserRegistry } from "./users.ts";

/** All of it, by the names that routes know it by. */
export interface Control {
  audit: Audit;
  devices: DeviceRegistry;
  pairing: PairingCodes;
  sessions: SessionRegistry;
  setupLink: SetupCode;
  signIns: SignInDesk;
  thresholds: ThresholdsRegistry;
  tokens: TokenRegistry;
  users: UserRegistry;
}

/**
 * Reads the events there are, and follows those to come.
 *
 * @param now wall clock, ms since the Unix epoch
 * @param store knows the sessions' windows
 * @throws Error when an event cannot be read
 */
export async function loadControl(
  log: ControlLog,
  now: () => number,
  store: Pick<Store, "session">,
): Promise<Control> {
  const devices = new DeviceRegistry(log, now), thresholds = new ThresholdsRegistry(log, now);
  const users = new UserRegistry(log, now, new Passwords()), audit = new Audit(log, now);
  const tokens = new TokenRegistry(log, now), pairing = new PairingCodes(log, devices, now);
  const sessions = new SessionRegistry({ log, now, store, thresholds });
  await follow(log, devices, thresholds, users, audit, tokens, pairing, sessions);
  const signIns = new SignInDesk(users, audit, now), setupLink = new SetupCode(users);
  return { audit, devices, pairing, sessions, setupLink, signIns, thresholds, tokens, users };
}
