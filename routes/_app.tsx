import type { ComponentChildren } from "preact";

/** What every page has around it. */
export default function App({ children }: { url: URL; children: ComponentChildren }) {
  return (
    <>
      <a class="skip" href="#main">Skip to content</a>
      <header class="top">
        <a href="/">
          <img src="/icon.svg" alt="" width="24" height="24" />
          Activity Tracker
        </a>
      </header>
      <main id="main" tabIndex={-1}>{children}</main>
    </>
  );
}
