import assert from "node:assert/strict";
import { freePorts, isFree } from "./ports.ts";

Deno.test("Free ports are different, and none that the system gives to outgoing connections", () => {
  const ports = freePorts(50);
  assert.equal(new Set(ports).size, 50);
  for (const port of ports) {
    assert.ok(port >= 1024 && port < 32_768, `${port}`);
    assert.ok(isFree(port), `${port}`);
  }
});

Deno.test("A port is not free while somebody listens there", () => {
  const [port] = freePorts(1);
  using _listener = Deno.listen({ hostname: "127.0.0.1", port });
  assert.equal(isFree(port), false);
});
