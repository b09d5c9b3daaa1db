/**
 * A page as an HTML document with its security headers.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import type { Assets } from "./assets.ts";
import { type IslandNames, renderIslands } from "./islands.ts";
import { encodeProps, type IslandProps } from "./props.ts";

const PROGRAM = "Activity Tracker";

/** Only our own files; neither inline script nor inline style. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join("; ");

const SHARED_STYLE = "/app.css";

const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "permissions-policy": "accelerometer=(self), gyroscope=(self)",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

/** What every page is rendered with. */
export interface PageSetup {
  assets: Assets;
  islands: IslandNames;
}

/**
 * Renders a page. One without islands ships no JavaScript.
 *
 * @param build Makes the content of the body
 */
export function sendDocument(
  setup: PageSetup,
  build: () => ComponentChildren,
  { title, status = 200, styles = [] }: { title?: string; status?: number; styles?: string[] },
): Response {
  const { html, found } = renderIslands(build, setup.islands);
  const { head, tail } = islandMarkup(found, setup.assets);
  const fullTitle = title ? `${title} · ${PROGRAM}` : PROGRAM;
  return new Response(
    `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">` +
      `<meta name="viewport" content="width=device-width, initial-scale=1">` +
      `<meta name="color-scheme" content="light dark">` +
      `<title>${escapeHtml(fullTitle)}</title>` +
      `<link rel="manifest" href="/manifest.webmanifest"><link rel="apple-touch-icon" href="/icon-192.png">` +
      `<link rel="icon" href="/icon.svg" type="image/svg+xml">${
        [SHARED_STYLE, ...styles].map(styleLink).join("")
      }` +
      `${head}</head><body>${html}${tail}</body></html>`,
    { status, headers: PAGE_HEADERS },
  );
}

function islandMarkup(found: IslandProps[], { manifest }: Assets): { head: string; tail: string } {
  if (found.length === 0) return { head: "", tail: "" };
  const urls: Record<string, string> = {};
  for (const { name } of found) {
    const url = manifest.islands[name];
    if (!url) throw new Error(`Cannot find island ${name} in the built files: run \`deno task build\` again`);
    urls[name] = url;
  }
  const modules = [manifest.boot, ...Object.values(urls)];
  const preloads = new Set(modules.flatMap((url) => [url, ...manifest.imports[url] ?? []]));
  return {
    head: [...preloads].map((url) => `<link rel="modulepreload" href="${url}">`).join(""),
    tail: `<script type="application/json" id="islands" data-urls="${escapeHtml(JSON.stringify(urls))}">` +
      `${encodeProps(found)}</script><script type="module" src="${manifest.boot}"></script>`,
  };
}

const styleLink = (href: string) => `<link rel="stylesheet" href="${escapeHtml(href)}">`;

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
