import assert from "node:assert/strict";
import { createApp } from "../web/app.ts";
import type { Assets } from "../web/assets.ts";
import { decodeProps } from "../web/props.ts";
import { FakeServices, fakeSession } from "../web/testing/fake_services.ts";
import type { LiveProps } from "../islands/Live.tsx";

const ASSETS: Assets = {
  files: new Map(),
  manifest: {
    boot: "/build/boot-1.js",
    islands: { Live: "/build/Live-1.js" },
    imports: { "/build/Live-1.js": ["/build/c-1.js"] },
  },
};

async function visit(
  services: FakeServices,
  url = "http://localhost:8000/",
): Promise<{ html: string; props: LiveProps }> {
  const app = await createApp(services, { assets: ASSETS });
  const html = await (await app.request(url)).text();
  const text = /<script type="application\/json"[^>]*>([^]*?)<\/script>/.exec(html)![1];
  return { html, props: decodeProps(text)[0].props as unknown as LiveProps };
}

Deno.test("GET / renders the state of a live phone on the server", async () => {
  const services = new FakeServices();
  services.liveSessions = [fakeSession("pixel-8", Date.now() - 2400, [["walking", 30]])];
  await services.devices.issueKey("pixel-8", "Anna's Pixel", "test");
  const { html } = await visit(services);
  const text = html.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
  assert.match(text, /1 phone live/);
  assert.match(text, /Anna's Pixel/);
  assert.match(text, /walking confidence 97 % magnitude 2\.\d\d m\/s² cadence 114 steps\/min/);
});

Deno.test("GET / preloads the modules that the page needs and has no inline script", async () => {
  const { html } = await visit(new FakeServices());
  for (const url of ["/build/boot-1.js", "/build/Live-1.js", "/build/c-1.js"]) {
    assert(html.includes(`<link rel="modulepreload" href="${url}">`), url);
  }
  const scripts = [...html.matchAll(/<script([^>]*)>/g)].map(([, attributes]) => attributes);
  assert(scripts.every((attributes) => /type="application\/json"|src=/.test(attributes)), scripts.join());
  assert(!/ style=| on\w+=/.test(html));
});

Deno.test("GET / offers pairing where phones can reach the server, and the example has this browser's address", async () => {
  const services = new FakeServices();
  services.lanAddresses = () => ["192.0.2.7", "2001:db8::7"];
  const { props } = await visit(services, "http://localhost:8123/");
  assert.equal(props.addresses.isReachable, true);
  assert.equal(props.addresses.local, "http://localhost:8123");
});

for (const host of ["127.0.0.1", "localhost", "::1", "[::1]"]) {
  Deno.test(`GET / gives phones no address when the server listens on ${host} only`, async () => {
    assert.equal((await visit(new FakeServices({ host }))).props.addresses.isReachable, false);
  });
}

Deno.test("GET / shows a key in the example only where readings need one", async () => {
  assert.match((await visit(new FakeServices({ openIngest: false }))).html, /X-API-Key: KEY/);
  assert(!(await visit(new FakeServices({ openIngest: true }))).html.includes("X-API-Key"));
});

Deno.test("GET / sends many phones without the points of lines that a table does not draw", async () => {
  const services = new FakeServices();
  services.liveSessions = Array.from(
    { length: 13 },
    (_, i) => fakeSession(`p${i}`, Date.now(), [["walking", 60]]),
  );
  const { props } = await visit(services);
  assert.equal(props.init.cards.length, 13);
  assert(props.init.cards.every(({ line }) => line.length === 0));
});
