/**
 * How phones reach this server with a key: whole addresses, also as QR codes.
 *
 * @module
 */
import encodeQR from "qr";
import { isLoopback } from "../config.ts";
import type { Services } from "./services.ts";

/** A QR code to be drawn: dark squares on light ground, with the quiet zone around them. */
export interface QrCode {
  /** Length of a side, in modules. */
  size: number;
  /** The dark modules as an SVG path. */
  path: string;
}

/** An address with a key in it. */
export interface PairingAddress {
  url: string;
  qr: QrCode;
}

/** The quiet zone that scanners need (ISO/IEC 18004), modules. */
const BORDER = 4;

/**
 * Origins that phones may reach, the likeliest first; none when the server listens on its own machine only.
 *
 * @param url of the admin's request: an address that is not this machine's own is one that phones can use too
 */
export function phoneOrigins(
  { settings, lanAddresses }: Pick<Services, "settings" | "lanAddresses">,
  url: URL,
): string[] {
  const origins = isLoopback(url.hostname) ? [] : [url.origin];
  if (settings.publicUrl !== null) origins.unshift(settings.publicUrl);
  if (!isLoopback(settings.host)) {
    for (const address of lanAddresses()) {
      origins.push(`http://${asHost(address)}:${settings.port}`);
    }
  }
  return [...new Set(origins)];
}

/** The address of `/ingest/{key}` at each origin, or at the request's own when there is no other. */
export function pairingAddresses(
  services: Pick<Services, "settings" | "lanAddresses">,
  url: URL,
  ingestPath: string,
): PairingAddress[] {
  const origins = phoneOrigins(services, url);
  return (origins.length === 0 ? [url.origin] : origins).map((origin) => {
    const address = origin + ingestPath;
    return { url: address, qr: qrCode(address) };
  });
}

/**
 * The phone page with a pairing code at each origin, secure ones first: on others browsers read no motion. The code is in the
 * fragment, which is not sent to the server and so in nobody's log.
 */
export function phonePages(
  services: Pick<Services, "settings" | "lanAddresses">,
  url: URL,
  code: string,
): (PairingAddress & { isSecure: boolean })[] {
  const { lan, tlsPort } = services.settings;
  const overTls = lan
    ? services.lanAddresses().map((address) => `https://${asHost(address)}:${tlsPort}`)
    : [];
  // On this machine itself, which is how tests and people without a phone open it.
  const own = isLoopback(url.hostname) ? [url.origin] : [];
  const origins = [...new Set([...overTls, ...phoneOrigins(services, url), ...own])];
  const pages = origins.map((origin) => {
    const address = `${origin}/phone#p=${code}`;
    const isSecure = origin.startsWith("https:") || isLoopback(new URL(origin).hostname);
    return { url: address, qr: qrCode(address), isSecure };
  });
  return pages.sort((a, b) => Number(b.isSecure) - Number(a.isSecure));
}

const asHost = (address: string) => address.includes(":") ? `[${address}]` : address;

/** @param text what a scanner is to read */
export function qrCode(text: string): QrCode {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: BORDER });
  let path = "";
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x++;
      path += `M${from} ${y}h${x + 1 - from}v1h-${x + 1 - from}z`;
    }
  });
  return { size: rows.length, path };
}
