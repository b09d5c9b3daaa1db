/**
 * A certificate authority of this installation's own: browsers read motion sensors only on pages that came over TLS, and no public
 * authority vouches for an address in a home network.
 *
 * It is made on the first start and kept in the data folder, so that a phone has to trust it once. Its key never leaves the
 * folder; the server's certificate is made anew at every start and lives in memory.
 *
 * @module
 */
import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** Whom a certificate is for. */
export interface ServerNames {
  /** For example "localhost" and "anna-laptop.local". */
  hosts: readonly string[];
  /** IPv4 and IPv6 addresses. */
  addresses: readonly string[];
}

/** A server's certificate with its key, as PEM. */
export interface ServerCertificate {
  cert: string;
  key: string;
  /** When it ends, ms since the Unix epoch. */
  notAfterMs: number;
}

/** What every phone of the last ten years can check, and fast to make. */
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;
/** Long enough that nobody trusts it twice; phones put no limit on authorities that people add themselves. */
const AUTHORITY_DAYS = 3650;
/** Apple takes no server certificate that is longer valid (support.apple.com/102028). */
const SERVER_DAYS = 397;
/** A phone's clock may be behind. */
const BACKDATED_MS = DAY_MS;
/** One that ends sooner is made anew: a new server certificate must fit in. */
const LEAST_LEFT_MS = (SERVER_DAYS + 30) * DAY_MS;
const SERIAL_BYTES = 16;
const FILE = "authority.pem";

/** See the module's text. */
export class Authority {
  readonly #certificate: X509Certificate;
  readonly #key: CryptoKey;

  private constructor(certificate: X509Certificate, key: CryptoKey) {
    this.#certificate = certificate;
    this.#key = key;
  }

  /**
   * Opens the one in a folder, or makes it.
   *
   * @param dir made when it is not there
   * @param nowMs ms since the Unix epoch
   * @returns the authority, and whether phones have to trust it first because it is new
   * @throws Error when its file cannot be read, used or written
   */
  static async open(dir: string, nowMs: number): Promise<{ authority: Authority; isNew: boolean }> {
    const path = `${dir}/${FILE}`;
    const text = await readIfThere(path);
    if (text !== null) {
      const authority = await Authority.#parse(text, path);
      if (authority.#certificate.notAfter.getTime() - nowMs > LEAST_LEFT_MS) {
        return { authority, isNew: false };
      }
    }
    const { authority, pem } = await Authority.#make(nowMs);
    await writeWhole(dir, path, pem);
    return { authority, isNew: true };
  }

  static async #parse(text: string, path: string): Promise<Authority> {
    try {
      const blocks = PemConverter.decodeWithHeaders(text);
      const block = (type: string) => {
        const found = blocks.find((entry) => entry.type === type);
        if (found === undefined) throw new Error(`there is no ${type} in it`);
        return found.rawData;
      };
      const key = await crypto.subtle.importKey("pkcs8", block("PRIVATE KEY"), ALGORITHM, true, ["sign"]);
      return new Authority(new X509Certificate(block("CERTIFICATE")), key);
    } catch (error) {
      throw new Error(
        `${path} cannot be used (${
          (error as Error).message
        }): put back the file that was there, or remove it; then a new ` +
          "authority is made, which phones have to trust again",
      );
    }
  }

  static async #make(nowMs: number): Promise<{ authority: Authority; pem: string }> {
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
    const certificate = await X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      // The date tells two installations' authorities apart in a phone's settings.
      name: `CN=Activity Tracker ${new Date(nowMs).toISOString().slice(0, 10)},O=This computer only`,
      notBefore: new Date(nowMs - BACKDATED_MS),
      notAfter: new Date(nowMs + AUTHORITY_DAYS * DAY_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    const key = PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
    return {
      authority: new Authority(certificate, keys.privateKey),
      pem: `${certificate.toString("pem")}\n${key}\n`,
    };
  }

  /** What phones have to trust, as PEM. */
  get certificatePem(): string {
    return this.#certificate.toString("pem");
  }

  /** The same as phones take it from a browser, DER. */
  get certificateDer(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#certificate.rawData);
  }

  /** Its SHA-256, for people to compare: "AB:CD:…". */
  async fingerprint(): Promise<string> {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", this.#certificate.rawData));
    return [...digest].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":");
  }

  /**
   * Makes a server's certificate.
   *
   * @param names at least one; whom phones may reach the server as
   * @param nowMs ms since the Unix epoch
   */
  async issue({ hosts, addresses }: ServerNames, nowMs: number): Promise<ServerCertificate> {
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
    const notAfterMs = nowMs + SERVER_DAYS * DAY_MS - BACKDATED_MS;
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: "CN=Activity Tracker",
      issuer: this.#certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.#key,
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(nowMs - BACKDATED_MS),
      notAfter: new Date(notAfterMs),
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        await AuthorityKeyIdentifierExtension.create(this.#certificate),
        new SubjectAlternativeNameExtension([
          ...hosts.map((value) => ({ type: "dns" as const, value })),
          ...addresses.map((value) => ({ type: "ip" as const, value })),
        ]),
      ],
    });
    const key = PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
    return { cert: `${certificate.toString("pem")}\n`, key: `${key}\n`, notAfterMs };
  }
}

/** Positive and of one length (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SERIAL_BYTES));
  bytes[0] = bytes[0] & 0x3f | 0x40;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw new Error(`${path} cannot be read: ${(error as Error).message}`);
  }
}

/** Certificate and key in one file and one step: a half that outlived a crash would be of no use. */
async function writeWhole(dir: string, path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  try {
    await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
    const file = await Deno.open(draft, { create: true, truncate: true, write: true, mode: 0o600 });
    try {
      await file.write(new TextEncoder().encode(text));
      await file.sync();
    } finally {
      file.close();
    }
    await Deno.rename(draft, path);
  } catch (error) {
    throw new Error(`${path} cannot be written: ${(error as Error).message}`);
  }
}
