import assert from "node:assert/strict";
import { until } from "../../e2e/client.ts";
import type { Fate } from "./intake.ts";
import { Subscriber } from "./subscriber.ts";
import { TestBroker } from "./testing.ts";

const NOW_MS = 1_767_225_600_000;

/** A subscriber whose messages are stored when the test says so. */
function subscribe(url: string, login: { username: string; password: string } | null = null) {
  const taken: { text: string; settle: (fate: Fate) => void; fail: (error: Error) => void }[] = [];
  const subscriber = new Subscriber({
    settings: { url, login, topic: "phones/#", clientId: "tracker-1" },
    intake: {
      lastRefusal: null,
      take(_, payload) {
        const { promise, resolve, reject } = Promise.withResolvers<Fate>();
        taken.push({ text: new TextDecoder().decode(payload), settle: resolve, fail: reject });
        return promise;
      },
    },
    now: () => NOW_MS,
  });
  const texts = () => taken.map(({ text }) => text);
  const connected = () => until(() => subscriber.status().trouble, (trouble) => trouble === null);
  return { subscriber, taken, texts, connected };
}

Deno.test("messages are taken side by side, and acknowledged in order once they are stored", async () => {
  await using broker = await TestBroker.start();
  const { subscriber, taken, texts, connected } = subscribe(broker.url);
  await connected();
  for (const text of ["a", "b", "c"]) await broker.publish("phones/1", text);
  await until(texts, ({ length }) => length === 3);
  assert.deepEqual([texts(), broker.acknowledged.length, subscriber.status().waiting], [
    ["a", "b", "c"],
    0,
    3,
  ]);
  taken[2].settle("stored");
  taken[1].settle("refused");
  taken[0].settle("stored");
  await until(() => broker.acknowledged.length, (count) => count === 3);
  assert.deepEqual(broker.acknowledged, broker.acknowledged.toSorted((a, b) => a - b));
  const { stored, refused, waiting, lastMessageAtMs } = subscriber.status();
  assert.deepEqual([stored, refused, waiting, lastMessageAtMs], [2, 1, 0, NOW_MS]);
  await subscriber.close();
});

Deno.test("what was not stored when the connection broke comes again; its first copy is acknowledged to nobody", async () => {
  await using broker = await TestBroker.start();
  const { subscriber, taken, texts, connected } = subscribe(broker.url);
  await connected();
  await broker.publish("phones/1", "a");
  await broker.publish("phones/1", "b");
  await until(texts, ({ length }) => length === 2);
  taken[0].settle("stored");
  await until(() => broker.acknowledged.length, (count) => count === 1);
  broker.cut();
  await until(texts, ({ length }) => length === 3);
  assert.deepEqual(texts(), ["a", "b", "b"]);
  taken[1].settle("stored");
  await until(() => subscriber.status().stored, (stored) => stored === 2);
  assert.equal(broker.acknowledged.length, 1);
  taken[2].settle("stored");
  await until(() => broker.acknowledged.length, (count) => count === 2);
  await subscriber.close();
});

Deno.test("what phones publish while the program is not running is kept by the broker for the next start", async () => {
  await using broker = await TestBroker.start();
  const first = subscribe(broker.url);
  await first.connected();
  await first.subscriber.close();
  await broker.publish("phones/1", "meanwhile");
  const second = subscribe(broker.url);
  await until(second.texts, ({ length }) => length === 1);
  assert.deepEqual(second.texts(), ["meanwhile"]);
  second.taken[0].settle("stored");
  await until(() => broker.acknowledged.length, (count) => count === 1);
  await second.subscriber.close();
});

Deno.test("a broker that is away is tried again, and meanwhile the status says what to check", async () => {
  await using broker = await TestBroker.start();
  const { subscriber, connected } = subscribe(broker.url);
  assert.match(subscriber.status().trouble!, /^not connected to mqtt:/);
  await connected();
  await broker.stopListening();
  const trouble = await until(
    () => subscriber.status().trouble,
    (trouble) => /ECONNREFUSED|no connection/.test(trouble ?? ""),
  );
  assert.match(trouble!, /is the broker running, and is MQTT_URL right\?$/);
  await broker.listen();
  await connected();
  await subscriber.close();
});

Deno.test("a login that the broker refuses is told with the settings to correct", async () => {
  await using broker = await TestBroker.start();
  let refuses = true;
  broker.aedes.authenticate = (_client, username, password, done) => {
    const isRight = !refuses && username === "tracker" && String(password) === "right";
    done(isRight ? null : Object.assign(new Error("no"), { returnCode: 4 }), isRight);
  };
  const { subscriber, connected } = subscribe(broker.url, { username: "tracker", password: "right" });
  const trouble = await until(() => subscriber.status().trouble, (trouble) => /login/.test(trouble ?? ""));
  assert.match(trouble!, /refuses the login: correct MQTT_USERNAME and MQTT_PASSWORD$/);
  refuses = false;
  await connected();
  await subscriber.close();
});

Deno.test("a topic that the login may not read is told", async () => {
  await using broker = await TestBroker.start();
  broker.aedes.authorizeSubscribe = (_client, _subscription, done) => done(null, null);
  const { subscriber } = subscribe(broker.url);
  const trouble = await until(
    () => subscriber.status().trouble,
    (trouble) => /subscribe/.test(trouble ?? ""),
  );
  assert.match(trouble!, /give MQTT_USERNAME the right to read it, or correct MQTT_TOPIC$/);
  await subscriber.close();
});

Deno.test("a fault of the program is reported, and the message does not come for ever", async (t) => {
  await using broker = await TestBroker.start();
  const { subscriber, taken, texts, connected } = subscribe(broker.url);
  await connected();
  const reported: unknown[][] = [];
  const { error } = console;
  console.error = (...what) => void reported.push(what);
  try {
    await broker.publish("phones/1", "a");
    await until(texts, ({ length }) => length === 1);
    taken[0].fail(new TypeError("fault"));
    await until(() => broker.acknowledged.length, (count) => count === 1);
  } finally {
    console.error = error;
  }
  await t.step("with its topic", () => assert.match(String(reported[0][0]), /phones\/1/));
  assert.equal(subscriber.status().refused, 1);
  await subscriber.close();
});

Deno.test("brokers that are reached over WebSocket are too", async () => {
  await using broker = await TestBroker.start();
  await using bridge = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (req) => {
    const { socket, response } = Deno.upgradeWebSocket(req, { protocol: "mqtt" });
    socket.binaryType = "arraybuffer";
    const tcp = Deno.connect({ hostname: "127.0.0.1", port: broker.port });
    socket.onopen = async () => {
      try {
        for await (const chunk of (await tcp).readable) socket.send(chunk);
      } catch (error) {
        // The end of the test closes the connection that is being read.
        if (!(error instanceof Deno.errors.Interrupted)) throw error;
      }
    };
    let sent = Promise.resolve();
    socket.onmessage = ({ data }) => {
      sent = sent.then(async () => void await (await tcp).write(new Uint8Array(data)));
    };
    socket.onclose = async () => (await tcp).close();
    return response;
  });
  const { subscriber, taken, texts, connected } = subscribe(`ws://127.0.0.1:${bridge.addr.port}/mqtt`);
  await connected();
  await broker.publish("phones/1", "a");
  await until(texts, ({ length }) => length === 1);
  taken[0].settle("stored");
  await until(() => broker.acknowledged.length, (count) => count === 1);
  await subscriber.close();
});
