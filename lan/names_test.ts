import assert from "node:assert/strict";
import { serverNames } from "./names.ts";

Deno.test("a machine is known by its name, in the local network too, and by its addresses", () => {
  const interfaces = ["127.0.0.1", "192.168.1.20", "fe80::1", "fd00::2", "192.168.1.20"].map((address) => ({
    address,
  }));
  assert.deepEqual(serverNames("Anna-Laptop.fritz.box", interfaces), {
    hosts: ["localhost", "anna-laptop", "anna-laptop.local"],
    addresses: ["127.0.0.1", "::1", "192.168.1.20", "fd00::2"],
  });
});

Deno.test("a name that DNS does not allow is left out", () => {
  for (const name of ["Anna's Mac", "", "-x", "x_y", "localhost"]) {
    assert(serverNames(name, []).hosts.every((host) => /^[a-z0-9.-]+$/.test(host)), name);
    assert.equal(serverNames(name, []).hosts[0], "localhost");
  }
});
