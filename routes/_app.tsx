import type { ComponentChildren } from "preact";
import { Logo } from "../components/Logo.tsx";

/** What every page has around it. */
export default function App({ url, children }: { url: URL; children: ComponentChildren }) {
  return (
    <>
      <a class="skip" href="#main">Skip to content</a>
      <header class="top">
        <div>
          <a href="/">
            <Logo />
            Activity Tracker
          </a>
          <nav aria-label="Pages">
            <a href="/status" aria-current={url.pathname === "/status" ? "page" : undefined}>Status</a>
          </nav>
        </div>
      </header>
      <main id="main" tabIndex={-1}>{children}</main>
    </>
  );
}
