/**
 * Who really asks when a reverse proxy is in front: its X-Forwarded headers, believed only of the proxies that the settings name.
 *
 * @module
 */

/** A request as its client sent it. */
export interface Client {
  /** The client's address. */
  remote: string;
  /** What the client asked for, with the scheme and host it used. */
  url: URL;
  /** The request came through a proxy that is not trusted, so where it comes from is not known. */
  isHidden: boolean;
}

/** What proxies add. Any of them says that the peer may not be the client. */
const HEADERS = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];
/** A chain of more proxies is no installation of ours; also bounds what a hostile header costs. */
const MAX_HOPS = 20;
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i;
const ADDRESS = /^[0-9a-f:.]+$/i;

/**
 * Reads the headers, from the proxy nearest to us outwards: whatever a client wrote itself stands further left than what a trusted
 * proxy added.
 *
 * @param remote The peer's address as the socket tells
 * @param trusted Addresses of proxies
 */
export function clientOf(req: Request, remote: string, trusted: readonly string[]): Client {
  const url = new URL(req.url);
  const peer = plain(remote);
  if (!trusted.includes(peer)) {
    return { remote: peer, url, isHidden: HEADERS.some((name) => req.headers.has(name)) };
  }
  const hops = listOf(req.headers.get("x-forwarded-for"));
  let client = peer;
  for (const hop of hops.slice(-MAX_HOPS).reverse()) {
    if (!ADDRESS.test(hop)) break;
    client = plain(hop);
    if (!trusted.includes(client)) break;
  }
  const proto = listOf(req.headers.get("x-forwarded-proto")).at(-1);
  const host = listOf(req.headers.get("x-forwarded-host")).at(-1);
  if (proto === "http" || proto === "https") url.protocol = `${proto}:`;
  if (host !== undefined && HOST.test(host)) {
    // A port of the old host must not stay when the new one names none.
    url.port = "";
    url.host = host;
  }
  return { remote: client, url, isHidden: false };
}

const listOf = (header: string | null) =>
  header?.split(",").map((part) => part.trim()).filter((part) => part !== "") ?? [];

/** IPv4 in IPv6's clothes, as sockets for both give it, is IPv4. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d{1,3}(\.\d{1,3}){3}$)/i, "");
