import type { ComponentChildren } from "preact";
import { Logo } from "../components/Logo.tsx";

/** What every page has around it. */
export default function App({ children }: { url: URL; children: ComponentChildren }) {
  return (
    <>
      <a class="skip" href="#main">Skip to content</a>
      <header class="top">
        <a href="/">
          <Logo />
          Activity Tracker
        </a>
      </header>
      <main id="main" tabIndex={-1}>{children}</main>
    </>
  );
}
