import assert from "node:assert/strict";
import { isLoopback } from "./forms.ts";

Deno.test("isLoopback() takes this machine's addresses in every form, and no other's", () => {
  for (const host of ["localhost", "127.1.2.3", "::1", "[::1]"]) assert.ok(isLoopback(host), host);
  for (const host of ["127.0.0.1.example.org", "0.0.0.0", "::", "192.168.1.5"]) {
    assert.ok(!isLoopback(host), host);
  }
});
