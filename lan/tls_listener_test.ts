import assert from "node:assert/strict";
import { Authority } from "./authority.ts";
import { TlsListener } from "./tls_listener.ts";

const DAY_MS = 86_400_000;

async function withListener(
  test: (parts: {
    listener: TlsListener;
    clock: { nowMs: number };
    addresses: string[];
    get: (path?: string) => Promise<string>;
    /** What `/stream` answers comes from here. */
    stream: WritableStream<Uint8Array>;
  }) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  const stream = new TransformStream<Uint8Array, Uint8Array>();
  const clock = { nowMs: Date.now() }, addresses = ["127.0.0.1"];
  const { authority } = await Authority.open(dir, clock.nowMs);
  const listener = await TlsListener.start({
    authority,
    hostname: "127.0.0.1",
    port: 0,
    names: () => ({ hosts: ["localhost"], addresses: [...addresses] }),
    answer: (req) => new Response(new URL(req.url).pathname === "/stream" ? stream.readable : "hello"),
    now: () => clock.nowMs,
  });
  const get = async (path = "/") => {
    // A new client each time: a pooled connection would keep the old certificate.
    using client = Deno.createHttpClient({ caCerts: [authority.certificatePem] });
    const response = await fetch(`https://127.0.0.1:${listener.port}${path}`, { client });
    return await response.text();
  };
  try {
    await test({ listener, clock, addresses, get, stream: stream.writable });
  } finally {
    await listener.close();
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("a certificate is renewed a month before its end and not sooner, on the same port", () =>
  withListener(async ({ listener, clock }) => {
    const { port } = listener;
    clock.nowMs += 360 * DAY_MS;
    assert.equal(await listener.renewIfNeeded(), false);
    clock.nowMs += 7 * DAY_MS;
    assert.equal(await listener.renewIfNeeded(), true);
    assert.equal(listener.port, port);
    clock.nowMs = Date.now();
    assert.equal(await listener.renewIfNeeded(), false);
  }));

Deno.test("a machine that gets another address gets a certificate for it and goes on serving", () =>
  withListener(async ({ listener, addresses, get }) => {
    assert.equal(await get(), "hello");
    assert.equal(await listener.renewIfNeeded(), false);
    addresses.push("192.0.2.7");
    assert.equal(await listener.renewIfNeeded(), true);
    assert.equal(await get(), "hello");
    assert.equal(await listener.renewIfNeeded(), false);
  }));

Deno.test("a live stream does not keep a certificate from being renewed, and goes on", () =>
  withListener(async ({ listener, addresses, get, stream }) => {
    const text = get("/stream");
    const writer = stream.getWriter();
    await writer.write(new TextEncoder().encode("before, "));
    addresses.push("192.0.2.7");
    assert.equal(await listener.renewIfNeeded(), true);
    assert.equal(await get(), "hello");
    await writer.write(new TextEncoder().encode("after"));
    await writer.close();
    assert.equal(await text, "before, after");
  }));
