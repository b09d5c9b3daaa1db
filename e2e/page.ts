/**
 * One page in a browser, against services that the test scripts.
 *
 * @module
 */
import assert from "node:assert/strict";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { createApp } from "../web/app.ts";
import { buildAssets } from "../web/build.ts";
import { FakeServices } from "../web/testing/fake_services.ts";
import { findChromium, launchChromium } from "./browser.ts";

const chromium = findChromium();
let assets: ReturnType<typeof buildAssets> | undefined;

export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };
export const DESK = { viewport: { width: 1280, height: 800 } };

export interface Visit {
  page: Page;
  services: FakeServices;
}

export interface PageTestOptions {
  /** Of the page, for example "/". */
  path: string;
  /** Selects what is there when the page is. */
  ready: string;
  services?: FakeServices;
  context?: BrowserContextOptions;
  /** Runs before the page is opened. */
  prepare?:
    | ((services: FakeServices, page: Page) => void)
    | ((services: FakeServices, page: Page) => Promise<void>);
  /** Messages of the browser's console, in order. */
  expectedErrors?: RegExp[];
}

/** Opens a page and runs a test on it; any unexpected error in the browser's console or page fails the test. */
export function pageTest(
  name: string,
  { path, ready, services = new FakeServices(), context = DESK, prepare, expectedErrors = [] }:
    PageTestOptions,
  run: (visit: Visit) => Promise<void>,
): void {
  closeBrowserAtTheEnd();
  Deno.test({ name, ignore: chromium === null }, async () => {
    const server = await servePages(services);
    const browsing = await (await sharedBrowser()).newContext(context);
    try {
      const page = await browsing.newPage();
      await prepare?.(services, page);
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text());
      });
      await page.goto(server.url + path);
      await page.locator(ready).waitFor();
      if (context.javaScriptEnabled !== false) await whenBooted(page);
      await run({ page, services });
      assert.equal(errors.length, expectedErrors.length, errors.join("\n"));
      expectedErrors.forEach((expected, i) => assert.match(errors[i], expected));
    } finally {
      await browsing.close();
      await server.close();
    }
  });
}

/** The pages of scripted services, on a port of their own. */
export async function servePages(
  services: FakeServices,
): Promise<{ url: string; close(): Promise<void> }> {
  const app = await createApp(services, { assets: await (assets ??= buildAssets()) });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (req, info) => app.fetch(req, { remoteAddr: info.remoteAddr.hostname }),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    close() {
      services.dropConnections();
      return server.shutdown();
    },
  };
}

let browser: Promise<Browser> | undefined;

/** One for all tests of a file: to start it takes a second of both cores. */
function sharedBrowser(): Promise<Browser> {
  return browser ??= launchChromium(chromium!);
}

/** Closes it after the file's last test. */
function closeBrowserAtTheEnd(): void {
  if (willClose) return;
  willClose = true;
  Deno.test.afterAll(async () => await (await browser)?.close());
}
let willClose = false;

/** Waits until the page's islands answer: what the server rendered is there before. */
export async function whenBooted(page: Page): Promise<void> {
  await page.locator("[data-island]:not([data-booted])").first().waitFor({ state: "detached" });
}

/** Pixels by which the page is wider than the window, once its styles are there. */
export async function sidewaysScroll(page: Page): Promise<number> {
  await page.waitForLoadState();
  return await page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth
  );
}

/** Fails on what is not accessible, light and dark, on a phone and on a desk. */
export async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  for (const { viewport } of [PHONE, DESK]) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      // Where what sticks to the window's edge covers nothing.
      await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
      assert.deepEqual(await findBarriers(page), [], `${viewport.width} px, ${colorScheme}`);
    }
  }
}

/** Fails on what a finger would miss; links within sentences are as high as their line. */
export async function assertFingerTargets(page: Page): Promise<void> {
  const small = await page.evaluate(() =>
    [...document.querySelectorAll(
      "button, input:not(.check input), .check, summary, a:not(.skip, p a, li a)",
    )]
      .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 44)
      .map((element) => element.outerHTML)
  );
  assert.deepEqual(small, []);
}

function findBarriers(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
    const results = await axe.run({
      runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
}
