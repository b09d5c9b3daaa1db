import type { ComponentChildren } from "preact";
import { handlers, type PageProps, type RouteModule } from "../web/define.ts";
import { HttpProblem } from "../web/problem.ts";

export const title = "Trust this server";
export const styles = ["/phone.css"];
/** Whoever reads it has not paired yet; the certificate is public. */
export const access: RouteModule["access"] = { GET: "open" };

interface TrustData {
  fingerprint: string;
  /** The phone page over TLS, by the name under which this page was opened. */
  phonePage: string;
}

export const handler = handlers<TrustData>({
  GET: ({ services, url }) => {
    const { tls, settings } = services;
    if (tls === null) {
      throw new HttpProblem(
        404,
        "This server has no certificate of its own to trust. Start it with --lan for phones in the local network.",
      );
    }
    const { fingerprint } = tls;
    return { data: { fingerprint, phonePage: `https://${url.hostname}:${settings.tlsPort}/phone` } };
  },
});

/** How to make a phone trust the authority, platform by platform. */
export default function TrustPage({ data: { fingerprint, phonePage } }: PageProps<TrustData>) {
  return (
    <div class="trust">
      <h1>Trust this server, once</h1>
      <p class="lead">
        Browsers read a phone's motion only over an encrypted connection. This computer vouches for itself, so
        the phone has to be told once that you trust it.
      </p>
      <p>
        <a class="button" href="/ca.crt" download="activity-tracker.crt">Download the certificate</a>
      </p>
      <Platform name="iPhone and iPad (Safari)">
        <li>
          Press <b>Download the certificate</b> and allow it.
        </li>
        <li>
          Open <b>Settings</b>: under your name <b>Profile Downloaded</b> has appeared. Choose it, then{" "}
          <b>Install</b>.
        </li>
        <li>
          Open Settings → General → About → <b>Certificate Trust Settings</b>{" "}
          and switch on the entry that begins with “Activity Tracker”.
        </li>
      </Platform>
      <Platform name="Android (Chrome)">
        <li>
          Press <b>Download the certificate</b>.
        </li>
        <li>
          Open Settings and search for <b>CA certificate</b>{" "}
          (Security → More → Encryption & credentials → Install a certificate). Choose <b>Install anyway</b>
          {" "}
          and the file you downloaded.
        </li>
      </Platform>
      <Platform name="Firefox on Android">
        <li>Install the certificate as for Chrome.</li>
        <li>
          In Firefox open Settings → About Firefox, tap the logo until a message counts down, then under
          Secret Settings switch on <b>Use third party CA certificates</b>.
        </li>
      </Platform>
      <p>
        Then open <a href={phonePage}>{phonePage}</a>, or scan the code on the Devices page.
      </p>
      <h2>Is it the right one?</h2>
      <p class="hint">
        Its SHA-256 fingerprint must be what the server printed at its start and what the phone shows before
        it installs it. To take the trust back, remove the entry in the same settings.
      </p>
      <p class="fingerprint">
        <code>{fingerprint}</code>
      </p>
    </div>
  );
}

function Platform({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <details class="more">
      <summary>{name}</summary>
      <ol class="steps">{children}</ol>
    </details>
  );
}
