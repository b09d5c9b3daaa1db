// The service worker of /phone: the page opens without network, so that a reload loses no reading. It never touches what is posted.
const CACHE = "phone";
/** A server that does not answer for so long is away, ms. */
const TIMEOUT_MS = 3000;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

// The page says what it consists of; names of built files hold their hash, so what is not in the list any more can go.
addEventListener("message", (event) => event.waitUntil(keep(event.data.keep)));

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/api/")) return;
  event.respondWith(answer(request));
});

async function keep(paths) {
  const cache = await caches.open(CACHE);
  const urls = new Set(paths.map((path) => new URL(path, location.origin).href));
  for (const url of urls) {
    const response = await fetch(url, { cache: "no-cache" });
    if (response.ok) await cache.put(url, response);
  }
  for (const request of await cache.keys()) if (!urls.has(request.url)) await cache.delete(request);
}

async function answer(request) {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    const kept = await caches.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}
