import assert from "node:assert/strict";
import { createApp } from "../web/app.ts";
import { NO_ASSETS } from "../web/assets.ts";
import { fakeDeadLetter, FakeServices } from "../web/testing/fake_services.ts";

/** The page's HTML and its text. */
async function visit(services: FakeServices): Promise<{ html: string; text: string }> {
  const app = await createApp(services, { assets: NO_ASSETS });
  const html = await (await app.request("/dead-letters")).text();
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
  const { text } = await visit(services);
  assert.match(text, /2 records were set aside, with the reason/);
  assert.match(
    text,
    /2026-01-01 00:00:05 UTC The value is not JSON .* team\.raw_sensor_data partition 3, offset 41 phone-1 2\.0\skB hello world/,
  );
  assert.match(text, /offset 40 none 11\sB empty/);
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
  assert.equal(html.split("<tr").length - 1, 201);
});

Deno.test("GET /dead-letters counts no fewer than it shows when the count is older than the letters", async () => {
  assert.match(
    (await visit(servicesWith([fakeDeadLetter(1)], 0))).text,
    /One record was set aside/,
  );
});

Deno.test("GET /dead-letters shows a value as text, whatever is in it, and ships no script", async () => {
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
