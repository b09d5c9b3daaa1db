/**
 * Under which names and addresses phones may reach this machine.
 *
 * @module
 */
import type { ServerNames } from "./authority.ts";

/** One network interface's address, as `Deno.networkInterfaces()` tells it. */
export type Interface = Pick<Deno.NetworkInterfaceInfo, "address">;

/** Names may hold what DNS allows; what people call their computers may not. */
const HOST_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * @param hostname of this machine, as the system tells it
 * @param interfaces of this machine
 */
export function serverNames(hostname: string, interfaces: readonly Interface[]): ServerNames {
  const label = hostname.toLowerCase().split(".", 1)[0];
  const own = HOST_LABEL.test(label) ? [label, `${label}.local`] : [];
  // An address that is only valid on one link carries the link's name, which certificates do not know.
  const addresses = interfaces.map(({ address }) => address).filter((address) => !/^fe80:|%/i.test(address));
  return {
    hosts: [...new Set(["localhost", ...own])],
    addresses: [...new Set(["127.0.0.1", "::1", ...addresses])],
  };
}
