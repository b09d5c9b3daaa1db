/**
 * Keeps the page usable without network: a service worker holds what it consists of.
 *
 * @module
 */

/** Registers it and tells it what the page has loaded. */
export async function keepPage(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register("/phone-worker.js", { scope: "/phone" });
    const { active } = await navigator.serviceWorker.ready;
    const urls = performance.getEntriesByType("resource").map(({ name }) => name)
      .filter((name) => name.startsWith(location.origin) && !name.includes("/api/"));
    active?.postMessage({ keep: [location.pathname, ...urls] });
  } catch (error) {
    console.warn("The page cannot be kept for when there is no network:", error);
  }
}
