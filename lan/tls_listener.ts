/**
 * The server over TLS for phones' browsers, with a certificate that is renewed by itself: when this machine has a new address, and
 * before it ends.
 *
 * @module
 */
import type { Authority, ServerCertificate, ServerNames } from "./authority.ts";

export interface TlsListenerOptions {
  authority: Authority;
  hostname: string;
  port: number;
  /** Whom phones may reach this machine as now. */
  names: () => ServerNames;
  answer: Deno.ServeHandler<Deno.NetAddr>;
  /** ms since the Unix epoch. */
  now: () => number;
}

/** A certificate that ends sooner is renewed, ms: a month for a check to succeed. */
const RENEW_BEFORE_MS = 30 * 86_400_000;
/** A laptop that comes into another network has a new address: how long phones there cannot reach it, ms. */
export const CHECK_MS = 60_000;
/** Tries to have the port again, ms apart: 2 s in all, a hundred times what it takes. */
const MAX_ATTEMPTS = 100;
const ATTEMPT_MS = 20;

/** See the module's text. */
export class TlsListener {
  readonly #options: TlsListenerOptions;
  #server!: Deno.HttpServer<Deno.NetAddr>;
  #ending: Promise<unknown> = Promise.resolve();
  #names = "";
  #notAfterMs = 0;
  #port = 0;

  private constructor(options: TlsListenerOptions) {
    this.#options = options;
  }

  /** @throws Deno.errors.AddrInUse and others of Deno.serve */
  static async start(options: TlsListenerOptions): Promise<TlsListener> {
    const listener = new TlsListener(options);
    const names = options.names();
    listener.#serve(names, await options.authority.issue(names, options.now()), options.port);
    return listener;
  }

  /** The port it listens on, also when the system has chosen it. */
  get port(): number {
    return this.#port;
  }

  /** To be called every {@linkcode CHECK_MS}. @returns whether there is a new certificate */
  async renewIfNeeded(): Promise<boolean> {
    const { authority, names, now } = this.#options;
    const wanted = names();
    if (keyOf(wanted) === this.#names && this.#notAfterMs - now() > RENEW_BEFORE_MS) return false;
    const certificate = await authority.issue(wanted, now());
    // A running server cannot change its certificate. Requests under way, such as live streams, end with the old one.
    this.#ending = Promise.all([this.#ending, this.#server.shutdown()]);
    await this.#serveAgain(wanted, certificate);
    return true;
  }

  /** Takes no new connections. @returns when requests under way have ended, those of former certificates too */
  async close(): Promise<void> {
    await Promise.all([this.#ending, this.#server.shutdown()]);
  }

  /** The port is free a moment after the server before has let go of it. */
  async #serveAgain(names: ServerNames, certificate: ServerCertificate): Promise<void> {
    for (let attempt = 1;; attempt++) {
      try {
        return this.#serve(names, certificate, this.#port);
      } catch (error) {
        if (!(error instanceof Deno.errors.AddrInUse) || attempt === MAX_ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, ATTEMPT_MS));
      }
    }
  }

  #serve(names: ServerNames, { cert, key, notAfterMs }: ServerCertificate, port: number): void {
    const { hostname, answer } = this.#options;
    this.#server = Deno.serve({ hostname, port, cert, key, onListen: () => {} }, answer);
    this.#names = keyOf(names);
    this.#notAfterMs = notAfterMs;
    this.#port = this.#server.addr.port;
  }
}

const keyOf = ({ hosts, addresses }: ServerNames) => JSON.stringify([hosts.toSorted(), addresses.toSorted()]);
