/**
 * How phones reach this server with a key: whole addresses, also as QR codes.
 *
 * @module
 */
import encodeQR from "qr";
import { isLoopback } from "../config/forms.ts";
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

type Reach = Pick<Services, "settings" | "lanAddresses">;

/** The quiet zone that scanners need (ISO/IEC 18004), modules. */
const BORDER = 4;

/**
 * Origins that phones may reach, the likeliest first; none when the server listens on its own machine only.
 *
 * @param url of the admin's request: an address that is not this machine's own is one that phones can use too
 */
export function phoneOrigins({ settings, lanAddresses }: Reach, url: URL): string[] {
  const origins = isLoopback(url.hostname) ? [] : [url.origin];
  if (settings.publicUrl !== null) origins.unshift(settings.publicUrl);
  if (!isLoopback(settings.host)) {
    for (const address of lanAddresses()) {
      origins.push(`http://${asHost(address)}:${settings.port}`);
    }
  }
  return [...new Set(origins)];
}

/** Where a phone's apps send to, with the device's key in it. */
export interface KeyAddresses {
  /** Where a client that cannot set headers posts to. */
  ingestPath: string;
  /** Sensor Logger's push URL at each origin. It asks for answers that the app shows to whoever holds the phone. */
  pairing: PairingAddress[];
  /** The experiment file at each origin, as phyphox opens it. */
  phyphox: PairingAddress[];
}

/** The addresses at each origin that apps reach, or at the request's own when there is no other. */
export function keyAddresses(services: Reach, url: URL, key: string): KeyAddresses {
  const found = phoneOrigins(services, url).filter((origin) => !isOwnTls(services, origin));
  const origins = found.length === 0 ? [url.origin] : found;
  const ingestPath = `/ingest/${key}`;
  return {
    ingestPath,
    pairing: origins.map((origin) => address(`${origin}${ingestPath}?hints=499`)),
    phyphox: origins.map((origin) =>
      // The app puts https in place of its own scheme, and http when that fails.
      address(origin.replace(/^https?:/, "phyphox:") + `/ingest/phyphox/${key}/experiment`)
    ),
  };
}

/** The phone page at one origin. */
export interface PhonePage extends PairingAddress {
  /** Browsers read motion only on such pages. */
  isSecure: boolean;
  /** Only this machine itself reaches it. */
  isLocal: boolean;
}

/**
 * The phone page with a pairing code at each origin, secure ones first. The code is in the fragment, which is not sent to the
 * server and so in nobody's log.
 */
export function phonePages(services: Reach, url: URL, code: string): PhonePage[] {
  const { lan, tlsPort, publicUrl } = services.settings;
  const overTls = lan
    ? services.lanAddresses().map((address) => `https://${asHost(address)}:${tlsPort}`)
    : [];
  // On this machine itself, which is how tests and people without a phone open it.
  const own = isLoopback(url.hostname) ? [url.origin] : [];
  const first = publicUrl === null ? [] : [publicUrl];
  const origins = [...new Set([...first, ...overTls, ...phoneOrigins(services, url), ...own])];
  const pages = origins.map((origin) => {
    const isLocal = isLoopback(new URL(origin).hostname);
    return {
      ...address(`${origin}/phone#p=${code}`),
      isSecure: isLocal || origin.startsWith("https:"),
      isLocal,
    };
  });
  return pages.sort((a, b) => Number(b.isSecure) - Number(a.isSecure));
}

/** Where a phone learns to trust this server's certificate, without TLS; null when the server has none of its own. */
export function trustPage(services: Reach & Pick<Services, "tls">, url: URL): PairingAddress | null {
  if (services.tls === null) return null;
  const plain = phoneOrigins(services, url).find((origin) => origin.startsWith("http:"));
  return plain === undefined ? null : address(`${plain}/trust`);
}

/** Apps do not trust what was only installed on the phone; browsers do. */
function isOwnTls({ settings: { lan, tlsPort, publicUrl } }: Reach, origin: string): boolean {
  const { protocol, port } = new URL(origin);
  return lan && origin !== publicUrl && protocol === "https:" && port === String(tlsPort);
}

const address = (url: string): PairingAddress => ({ url, qr: qrCode(url) });

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
