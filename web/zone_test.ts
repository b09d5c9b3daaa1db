import assert from "node:assert/strict";
import { zoneOf } from "./zone.ts";

Deno.test("zoneOf() reads the zone among other cookies", () => {
  assert.equal(zoneOf("a=b; tz=Europe%2FBerlin; session=x"), "Europe/Berlin");
});

Deno.test("zoneOf() is UTC for no, an unknown, a broken and an endless name", () => {
  const texts = [
    null,
    "",
    "atz=Europe%2FBerlin",
    "tz=Nowhere",
    "tz=%E0%A4%A",
    `tz=${"A".repeat(5000)}`,
    "tz=",
  ];
  for (const text of texts) {
    assert.equal(zoneOf(text), "UTC", String(text));
  }
});
