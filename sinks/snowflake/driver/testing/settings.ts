import type { LoginSettings } from "../protocol.ts";
import { PASSPHRASE } from "./keys.ts";

/** Settings for a server of a test. @param privateKeyPath of a key that `writeKey` wrote */
export function settingsFor(url: string, privateKeyPath: string): LoginSettings {
  return {
    account: "MYORG-MYACCOUNT",
    user: "activity_sink",
    role: "ACTIVITY_LOADER",
    warehouse: "ACTIVITY_WH",
    privateKeyPath,
    passphrase: PASSPHRASE,
    url,
  };
}
