import assert from "node:assert/strict";
import { createApp } from "../../web/app.ts";
import { deadLetterList } from "../../web/api_schemas.ts";
import { NO_ASSETS } from "../../web/assets.ts";
import { fakeDeadLetter, FakeServices } from "../../web/testing/fake_services.ts";
import * as deadLetters from "./dead-letters.ts";

const OPTIONS = { assets: NO_ASSETS, routes: [{ file: "api/dead-letters.ts", module: deadLetters }] };

/** An app, and the limits that the log was asked with. */
async function openApp() {
  const services = new FakeServices();
  services.letters = [fakeDeadLetter(9, { key: null }), fakeDeadLetter(4)];
  const asked: number[] = [];
  const { deadLetters } = services;
  services.deadLetters = (limit) => {
    asked.push(limit);
    return deadLetters(limit);
  };
  return { app: await createApp(services, OPTIONS), services, asked };
}

Deno.test("GET /api/dead-letters answers with the newest 50, as documented", async () => {
  const { app, services, asked } = await openApp();
  const answer = await (await app.request("/api/dead-letters")).json();
  assert.deepEqual(answer, { items: services.letters });
  assert.deepEqual(deadLetterList.parse(answer), answer);
  assert.deepEqual(asked, [50]);
});

Deno.test("GET /api/dead-letters takes up to 200", async () => {
  const { app, asked } = await openApp();
  assert.equal((await (await app.request("/api/dead-letters?limit=1")).json()).items.length, 1);
  assert.equal((await app.request("/api/dead-letters?limit=200")).status, 200);
  assert.deepEqual(asked, [1, 200]);
});

for (const query of ["limit=0", "limit=201", "limit=ten"]) {
  Deno.test(`GET /api/dead-letters?${query} is a 400 that points at it, and nothing is asked`, async () => {
    const { app, asked } = await openApp();
    const response = await app.request(`/api/dead-letters?${query}`);
    assert.equal(response.status, 400);
    assert.equal((await response.json()).errors[0].pointer, "/limit");
    assert.deepEqual(asked, []);
  });
}
