/**
 * `start --lan`: what phones' browsers need to be served in the local network.
 *
 * @module
 */
import encodeQR from "qr";
import type { Settings } from "../config.ts";
import { Authority } from "../lan/authority.ts";
import { serverNames } from "../lan/names.ts";
import { CHECK_MS, TlsListener } from "../lan/tls_listener.ts";
import type { Services } from "../web/services.ts";
import { type Answer, drainPromise, lanAddresses, orStartError, StartError } from "./serving.ts";

/** The authority, opened while files may still be written. */
export interface Lan {
  tls: NonNullable<Services["tls"]>;
  /** Listens, and says where. @returns the port, and what ends it */
  listen(answer: Answer): Promise<{ port: number; close: () => Promise<void> }>;
}

/**
 * Opens the authority of the data folder, or makes it.
 *
 * @throws StartError when it cannot be used
 */
export async function openLan({ dataDir, host, tlsPort }: Settings): Promise<Lan> {
  const { authority, isNew } = await orStartError(Authority.open(`${dataDir}/tls`, Date.now()));
  const fingerprint = await authority.fingerprint();
  return {
    tls: { certificate: authority.certificateDer, fingerprint },
    async listen(answer) {
      const listener = await listenOrExplain({
        authority,
        hostname: host.replace(/^\[|\]$/g, ""),
        port: tlsPort,
        names: () => serverNames(Deno.hostname(), Deno.networkInterfaces()),
        answer: (req, info) => answer(req, info.remoteAddr.hostname),
        now: Date.now,
      });
      console.log(describeLan(lanAddresses(), listener.port, isNew ? fingerprint : null));
      const timer = setInterval(async () => {
        try {
          if (await listener.renewIfNeeded()) {
            console.log("TLS: a new certificate for this machine's addresses");
          }
        } catch (error) {
          console.error(`TLS: the certificate could not be renewed: ${(error as Error).message}`);
        }
      }, CHECK_MS);
      const close = async () => {
        clearInterval(timer);
        await drainPromise(listener.close());
      };
      return { port: listener.port, close };
    },
  };
}

async function listenOrExplain(options: Parameters<typeof TlsListener.start>[0]): Promise<TlsListener> {
  try {
    return await TlsListener.start(options);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new StartError(
      `TLS_PORT ${options.port} is in use: stop what listens there, or choose another, e.g. TLS_PORT=8444`,
    );
  }
}

/**
 * What is printed: the address that phones open, as text and as a QR code.
 *
 * @param addresses of this machine in its networks
 * @param fingerprint of an authority that phones do not know yet
 */
export function describeLan(addresses: string[], port: number, fingerprint: string | null): string {
  if (addresses.length === 0) {
    return "TLS: this machine is in no network, so no phone can reach it; join one, and the address appears on the Devices page";
  }
  const [first, ...others] = addresses.map((address) => `https://${address}:${port}/phone`);
  const lines = [`phones open ${first}`, ...others.map((url) => `         or ${url}`)];
  if (fingerprint !== null) {
    lines.push(
      "each phone has to trust this computer once: the address without TLS, /trust, shows how; fingerprint",
      `  ${fingerprint}`,
    );
  }
  return `${lines.join("\n")}\n${encodeQR(first, "term")}`;
}
