import type { ComponentChildren } from "preact";
import { Logo } from "../components/Logo.tsx";
import { Zone } from "../components/Time.tsx";
import type { Principal } from "../web/define.ts";

interface AppProps {
  url: URL;
  who: Principal | null;
  /** The reader's time zone, IANA name. */
  zone: string;
  children: ComponentChildren;
}

const PAGES: [path: string, name: string][] = [
  ["/", "Live"],
  ["/sessions", "Sessions"],
  ["/thresholds", "Thresholds"],
  ["/devices", "Devices"],
  ["/status", "Status"],
];

/** What every page has around it. */
export default function App({ url, who, zone, children }: AppProps) {
  return (
    <Zone.Provider value={zone}>
      <a class="skip" href="#main">Skip to content</a>
      <header class="top">
        <div>
          <a class="brand" href="/">
            <Logo />
            Activity Tracker
          </a>
          {who !== null && (
            <nav aria-label="Pages">
              {PAGES.map(([path, name]) => (
                <a key={path} href={path} aria-current={currentOf(path, url.pathname)}>{name}</a>
              ))}
            </nav>
          )}
          <Account who={who} pathname={url.pathname} />
        </div>
      </header>
      <main id="main" tabIndex={-1}>{children}</main>
    </Zone.Provider>
  );
}

function currentOf(path: string, pathname: string): "page" | "true" | undefined {
  if (path === pathname) return "page";
  const isBelow = path === "/" ? pathname.startsWith("/live/") : pathname.startsWith(`${path}/`);
  return isBelow ? "true" : undefined;
}

function Account({ who, pathname }: { who: Principal | null; pathname: string }) {
  if (who === null) return null;
  const isLocal = who.via === "local";
  return (
    <a
      class="account"
      href="/account"
      aria-current={currentOf("/account", pathname)}
      title={isLocal
        ? "Nobody has to sign in on this machine until there is an admin"
        : `Signed in, ${who.role}`}
    >
      {isLocal ? "Set up sign-in" : who.name}
    </a>
  );
}
