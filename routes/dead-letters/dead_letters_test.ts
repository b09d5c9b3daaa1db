import assert from "node:assert/strict";
import { createApp } from "../../web/app.ts";
import type { Assets } from "../../web/assets.ts";
import { fakeDeadLetter, FakeServices } from "../../web/testing/fake_services.ts";

const ASSETS: Assets = {
  files: new Map(),
  manifest: { boot: "/boot.js", islands: { DeadLetters: "/d.js", LetterActions: "/l.js" }, imports: {} },
};

/** The page's HTML up to its islands' data, and its text. */
async function visit(
  services: FakeServices,
  path = "/dead-letters",
): Promise<{ html: string; text: string }> {
  const app = await createApp(services, { assets: ASSETS });
  const whole = await (await app.request(path)).text();
  const html = whole.split('<script type="application/json" id="islands"', 1)[0];
  return { html, text: html.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ") };
}

const KAFKA = {
  brokers: ["kafka:9092"],
  ssl: false,
  sasl: null,
  topicPrefix: "team.",
  sessionTimeoutMs: 6000,
};

function servicesWith(letters: FakeServices["letters"], deadLetters = letters.length): FakeServices {
  const services = new FakeServices();
  services.letters = letters;
  services.health = { ...services.health, deadLetters };
  return services;
}

Deno.test("GET /dead-letters shows each letter's reason, place, time, key, size and beginning", async () => {
  const services = servicesWith([
    fakeDeadLetter(41, { topic: "team.raw_sensor_data", partition: 3, bytes: 2048 }),
    fakeDeadLetter(40, { key: null, excerpt: "" }),
  ]);
  services.settings = { ...services.settings, kafka: KAFKA };
  const { html, text } = await visit(services);
  assert.match(text, /2 records were set aside, with the reason/);
  assert.match(
    text,
    /The value is not JSON .* 2 records, the newest .* team\.raw_sensor_data partition 3, offset 41 phone-1 2\.0\skB hello world/,
  );
  assert.match(text, /offset 40 none 11\sB empty/);
  assert.ok(html.includes('<a href="/dead-letters/team.raw_sensor_data/3/41">'));
  assert.ok(html.includes('<time datetime="2026-01-01T00:00:05.000Z"'));
});

Deno.test("GET /dead-letters tells where the bytes are and how to send readings again with Kafka only", async () => {
  const services = servicesWith([
    fakeDeadLetter(41, { topic: "team.processed_activity", reason: "Snowflake: Numeric value 'x'" }),
  ]);
  const embedded = await visit(services);
  assert.doesNotMatch(embedded.text, /kafka|\.dlq|topic's/i);
  services.settings = { ...services.settings, kafka: KAFKA };
  const onKafka = await visit(services);
  assert.match(onKafka.text, /--topic team\.raw_sensor_data\.dlq /);
  assert.match(onKafka.text, /or to the topic team\.raw_sensor_data \./);
  for (const { text } of [embedded, onKafka]) assert.match(text, /Snowflake refused/);
});

Deno.test("GET /dead-letters says how many there are beyond those it shows", async () => {
  const letters = Array.from({ length: 250 }, (_, i) => fakeDeadLetter(1000 - i));
  const { html, text } = await visit(servicesWith(letters, 1240));
  assert.match(text, /1,240 records were set aside.* These are the newest 200\./);
  // Two tables of one reason, each with a heading.
  assert.equal(html.split("<tr").length - 1, 202);
  assert.match(text, /Discard \(200\).*Show 195 more/);
});

Deno.test("GET /dead-letters counts no fewer than it shows when the count is older than the letters", async () => {
  assert.match(
    (await visit(servicesWith([fakeDeadLetter(1)], 0))).text,
    /One record was set aside/,
  );
});

Deno.test("GET /dead-letters shows a value as text, whatever is in it", async () => {
  const { html } = await visit(servicesWith([fakeDeadLetter(1, {
    excerpt: "<script>alert(1)</script>\u202e\u0000",
    key: "<img src=x onerror=alert(2)>",
    reason: "<b>bold</b>",
  })]));
  assert.ok(!/<script|<img|<b>/.test(html));
  assert.ok(html.includes("&lt;script>alert(1)&lt;/script>\\u{202e}\\u{0}"), html);
});

Deno.test("GET /dead-letters without any says what would be here and that this is good", async () => {
  const services = new FakeServices();
  const { html, text } = await visit(services);
  assert.match(text, /No dead letters That is good: nothing was refused/);
  assert.doesNotMatch(text, /Kafka/);
  assert.ok(!html.includes("<table"));
  services.settings = { ...services.settings, kafka: KAFKA };
  assert.match(
    (await visit(services)).text,
    /That is good: every message in the log could be read, and nothing/,
  );
});

Deno.test("GET /dead-letters groups by reason; what Snowflake refused cannot be sent in again", async () => {
  const { text } = await visit(servicesWith([
    fakeDeadLetter(9),
    fakeDeadLetter(8, { reason: "Snowflake: no such column", isRefused: true }),
    fakeDeadLetter(7),
  ]));
  assert.match(
    text,
    /not JSON .* Send in again \(2\) Discard \(2\) .* no such column 1 record, .* Discard \(1\)/,
  );
  assert.equal(text.split("Send in again (").length - 1, 1);
});

Deno.test("GET of one dead letter shows its whole value as text, within bounds", async () => {
  const value = "<script>alert(1)</script>\u202e" + "x".repeat(70_000);
  const services = servicesWith([fakeDeadLetter(4, { excerpt: value, bytes: value.length + 2 })]);
  const { html, text } = await visit(services, "/dead-letters/raw_sensor_data/0/4");
  assert.match(text, /raw_sensor_data, partition 0, offset 4/);
  assert.ok(html.includes("&lt;script>alert(1)&lt;/script>\\u{202e}xxx"));
  assert.match(text, /It is kept whole; the first 65\.5\skB are shown/);
  assert.ok(html.length < 80_000);
  assert.ok(html.includes('href="/api/dead-letters/raw_sensor_data/0/4/value"'));
});

Deno.test("GET of a dead letter that is not there is a 404 that leads back", async () => {
  const app = await createApp(new FakeServices(), { assets: ASSETS });
  for (const path of ["raw_sensor_data/0/4", "raw_sensor_data/x/4"]) {
    const response = await app.request(`/dead-letters/${path}`, { headers: { accept: "text/html" } });
    assert.equal(response.status, 404);
    assert.match(await response.text(), /it may have been discarded/);
  }
});
