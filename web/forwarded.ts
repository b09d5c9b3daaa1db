/**
 * Who really asks when a reverse proxy is in front: its X-Forwarded headers, believed only of the proxies that the settings name.
 *
 * @module
 */

/** A request as its client sent it. */
export interface Sent {
  req: Request;
  /** The client's address. */
  remote: string;
}

/** What proxies add; once they are read, nothing behind looks at them. */
const HEADERS = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];
/** A chain of more proxies is no installation of ours; also bounds what a hostile header costs. */
const MAX_HOPS = 20;
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i;
const ADDRESS = /^[0-9a-f:.]+$/i;

/**
 * Takes a request back to what the client sent. Headers are read from the proxy nearest to us outwards: whatever a client wrote
 * itself stands further left than what a trusted proxy added.
 *
 * @param remote The peer's address as the socket tells
 * @param trusted Addresses of proxies
 * @returns the request as it is when its peer is none of them
 */
export function throughProxy(req: Request, remote: string, trusted: readonly string[]): Sent {
  if (!trusted.includes(plain(remote))) return { req, remote };
  let client = plain(remote);
  for (const hop of listOf(req.headers.get("x-forwarded-for")).slice(-MAX_HOPS).reverse()) {
    if (!ADDRESS.test(hop)) break;
    client = plain(hop);
    if (!trusted.includes(client)) break;
  }
  const url = new URL(req.url);
  const proto = listOf(req.headers.get("x-forwarded-proto")).at(-1);
  const host = listOf(req.headers.get("x-forwarded-host")).at(-1);
  if (proto === "http" || proto === "https") url.protocol = `${proto}:`;
  const headers = new Headers(req.headers);
  if (host !== undefined && HOST.test(host)) {
    // A port of the old host must not stay when the new one names none.
    url.port = "";
    url.host = host;
    headers.set("host", host);
  }
  for (const name of HEADERS) headers.delete(name);
  const { method, body, signal } = req;
  return { req: new Request(url, { method, headers, body, signal }), remote: client };
}

const listOf = (header: string | null) =>
  header?.split(",").map((part) => part.trim()).filter((part) => part !== "") ?? [];

/** IPv4 in IPv6's clothes, as sockets for both give it, is IPv4. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d{1,3}(\.\d{1,3}){3}$)/i, "");
