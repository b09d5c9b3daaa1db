/**
 * Everything that phones and strangers may send, over real HTTP into either log: never a 500, never a lost good reading, always a
 * useful answer.
 */
import assert from "node:assert/strict";
import * as zlib from "node:zlib";
import { newIngestCounters } from "../ingest/counters.ts";
import { createIngest } from "../ingest/http/service.ts";
import { DEFAULT_INGEST } from "../ingest/settings.ts";
import { EmbeddedHarness } from "../log/embedded/testing.ts";
import { KafkaHarness } from "../log/kafka/testing.ts";
import type { LogHarness } from "../log/port_contract.ts";
import { readAllRaw } from "../log/testing/batches.ts";
import { kafkaTest, testBrokers } from "./kafka/testing.ts";

// Buffer is no BodyInit to the type checker, a copy as Uint8Array is.
const gzip = (data: string | Uint8Array) => new Uint8Array(zlib.gzipSync(data));

const NOW_MS = 1_764_000_000_000;
const DAY_MS = 86_400_000;

/** So that what is stored has one order. */
const ONE_PARTITION = { partitions: 1 };

/** Serves ingest without keys; `stored` reads the times of what is in the log. */
type WithServer = (use: (url: string, stored: () => Promise<number[]>) => Promise<void>) => Promise<void>;

async function withServer(
  newHarness: () => LogHarness,
  use: (url: string, stored: () => Promise<number[]>) => Promise<void>,
): Promise<void> {
  await using harness = newHarness();
  const log = await harness.open();
  const settings = { ...DEFAULT_INGEST, openIngest: true };
  const deps = {
    sink: log,
    keys: { owner: () => null },
    settings,
    now: () => NOW_MS,
    counters: newIngestCounters(),
  };
  const ingest = createIngest(deps);
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (req) => ingest.post(req));
  try {
    await use(
      `http://127.0.0.1:${server.addr.port}/sensor-data`,
      async () => (await readAllRaw(log)).flat().flatMap(({ record }) => [...record.tMs]),
    );
  } finally {
    ingest.close();
    await server.shutdown();
  }
}

/** Registers a test for the embedded log and for Kafka. */
function inputTest(name: string, run: (withServer: WithServer, t: Deno.TestContext) => Promise<void>): void {
  Deno.test(name, (t) => run((use) => withServer(() => new EmbeddedHarness(ONE_PARTITION), use), t));
  kafkaTest(
    `on Kafka: ${name}`,
    (_, t) => run((use) => withServer(() => new KafkaHarness(testBrokers, ONE_PARTITION), use), t),
  );
}

interface Answer {
  status: number;
  type: string | null;
  detail: string;
  accepted?: number;
  rejected?: number;
  ignored?: number;
  duplicate?: number;
  errors: { index: number; pointer: string; code: string; detail: string }[];
  warnings: { code: string }[];
}

async function send(url: string, body: BodyInit, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
  const answer = await response.json();
  return {
    errors: [],
    warnings: [],
    ...answer,
    status: response.status,
    type: response.headers.get("content-type"),
  };
}

const reading = (
  timestamp: unknown = NOW_MS,
  values: unknown = [0.1, 0.2, 9.8],
  name: unknown = "accelerometer",
) => ({
  name,
  timestamp,
  values,
});
const seed = (sensorReadings: unknown, ids: Record<string, unknown> = {}) =>
  JSON.stringify({ messageId: "1", sessionId: "s", deviceId: "d", sensorReadings, ...ids });
const phone = (payload: unknown, ids: Record<string, unknown> = {}) =>
  JSON.stringify({ messageId: 1, sessionId: "s", deviceId: "d", payload, ...ids });
const good = seed([reading()]);

/** A body refused as a whole, and what the answer must say. */
const REFUSED: [
  name: string,
  body: BodyInit,
  status: number,
  detail: RegExp,
  headers?: Record<string, string>,
][] = [
  ["an empty body", "", 400, /empty.*sensorReadings/],
  ["text", "hello", 400, /not JSON/],
  ["half a message", good.slice(0, 60), 400, /not JSON/],
  ["a bare NaN", seed([]).replace("[]", '[{"name":"accelerometer","timestamp":NaN}]'), 400, /not JSON/],
  ["null", "null", 400, /null: expected an object/],
  ["a number", "5", 400, /5: expected an object/],
  ["a string", '"x"', 400, /"x": expected an object/],
  ["a list", "[]", 400, /list of 0: expected an object/],
  ["an object of another kind", '{"locations":[]}', 400, /neither sensorReadings nor payload/],
  ["readings that are no list", seed({ 0: reading() }), 400, /sensorReadings is an object: expected a list/],
  ["readings that are null", seed(null), 400, /sensorReadings is null/],
  ["a payload that is text", phone("x"), 400, /payload is "x"/],
  ["no messageId", seed([reading()], { messageId: undefined }), 400, /messageId is missing.*for example \{/],
  ["no sessionId", seed([reading()], { sessionId: undefined }), 400, /sessionId is missing/],
  ["no deviceId", phone([reading()], { deviceId: undefined }), 400, /deviceId is missing/],
  ["an empty id", seed([reading()], { deviceId: "" }), 400, /deviceId is "": expected 1 to 128/],
  ["an id of 129 characters", seed([reading()], { deviceId: "x".repeat(129) }), 400, /expected 1 to 128/],
  ["an id with a line break", seed([reading()], { sessionId: "a\nb" }), 400, /sessionId is "a\\nb"/],
  ["half a surrogate as id", seed([reading()], { sessionId: "\ud800" }), 400, /sessionId is "\\ud800"/],
  ["an id that is an object", seed([reading()], { sessionId: {} }), 400, /sessionId is an object/],
  ["an id past 2^53", seed([reading()], { messageId: 2 ** 53 }), 400, /messageId is 9007199254740992/],
  ["deep nesting", "[".repeat(500_000), 400, /not JSON|list/],
  [
    "deep nesting that ends",
    `${"[".repeat(500_000)}${"]".repeat(500_000)}`,
    400,
    /list of 1: expected an object/,
  ],
  ["bytes that are no UTF-8", new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), 400, /not UTF-8/],
  ["20,001 readings", seed(Array(20_001).fill(0)), 413, /20001 readings: expected at most 20000/],
  ["3 MiB", "x".repeat(3 << 20), 413, /3145728 bytes: expected at most 2097152/],
  ["a form", "a=1", 415, /x-www-form-urlencoded.*expected application\/json/, {
    "content-type": "application/x-www-form-urlencoded",
  }],
  ["an unknown encoding", good, 415, /"br": expected gzip, deflate/, { "content-encoding": "br" }],
  ["gzip cut short", gzip(good).subarray(0, 60), 400, /not complete gzip/, {
    "content-encoding": "gzip",
  }],
  ["gzip that is none", good, 400, /not complete gzip/, { "content-encoding": "gzip" }],
  ["deflate that is none", good, 400, /not complete deflate/, { "content-encoding": "deflate" }],
  ["a zip bomb", gzip(new Uint8Array(256 << 20)), 413, /inflates to more than 4194304/, {
    "content-encoding": "gzip",
  }],
  ["lines of which one is broken", `${good}\n{`, 400, /message 2 is not JSON/, {
    "content-type": "application/x-ndjson",
  }],
];

inputTest(
  "a body that cannot be used is refused with what was expected, and the next one is stored",
  async (withServer, t) => {
    await withServer(async (url, stored) => {
      for (const [name, body, status, detail, headers] of REFUSED) {
        await t.step(name, async () => {
          const answer = await send(url, body, headers);
          assert.equal(answer.status, status, answer.detail);
          assert.equal(answer.type, "application/problem+json");
          assert.match(answer.detail, detail);
        });
      }
      assert.deepEqual(await stored(), []);
      assert.equal((await send(url, good)).accepted, 1);
    });
  },
);

const isoNow = new Date(NOW_MS).toISOString();
/** A reading that is rejected: [what, the reading, code, pointer behind the reading]. */
const REJECTED: [name: string, bad: unknown, code: string, pointer: string][] = [
  ["null", null, "bad_reading", ""],
  ["a number", 7, "bad_reading", ""],
  ["a list", [], "bad_name", "/name"],
  ["no name", { timestamp: NOW_MS, values: [1, 2, 3] }, "bad_name", "/name"],
  ["a name that is a number", reading(NOW_MS, [1, 2, 3], 5), "bad_name", "/name"],
  ["no timestamp", { name: "accelerometer", values: [1, 2, 3] }, "bad_timestamp", "/timestamp"],
  ["a timestamp in words", reading("yesterday"), "bad_timestamp", "/timestamp"],
  ["a time without zone", reading("2025-11-24T12:00:00"), "bad_timestamp", "/timestamp"],
  ["a timestamp that is an object", reading({}), "bad_timestamp", "/timestamp"],
  ["an infinite timestamp", reading("1e999 as number"), "bad_timestamp", "/timestamp"],
  ["ns since boot", reading(86_400e9), "in_future", "/timestamp"],
  ["a negative time", reading(-1), "too_old", "/timestamp"],
  ["eight days ago", reading(NOW_MS - 8 * DAY_MS), "too_old", "/timestamp"],
  ["in six minutes", reading(NOW_MS + 360_000), "in_future", "/timestamp"],
  ["no values", { name: "accelerometer", timestamp: NOW_MS }, "bad_values", "/values"],
  ["values that are null", reading(NOW_MS, null), "bad_values", "/values"],
  ["two values", reading(NOW_MS, [1, 2]), "bad_values", "/values"],
  ["four values", reading(NOW_MS, [1, 2, 3, 4]), "bad_values", "/values"],
  ["a null axis", reading(NOW_MS, [1, null, 3]), "bad_values", "/values"],
  ["axes as text", reading(NOW_MS, ["1", "2", "3"]), "bad_values", "/values"],
  [
    "Sensor Logger's values in the seed's shape",
    reading(NOW_MS, { x: 1, y: 2, z: 3 }),
    "bad_values",
    "/values",
  ],
  ["an infinite axis", reading(NOW_MS, [1, 2, "1e999 as number"]), "bad_values", "/values"],
  ["401 m/s²", reading(NOW_MS, [1, -401, 3]), "out_of_range", "/values/1"],
];
const withInfinity = (json: string) => json.replaceAll('"1e999 as number"', "1e999");

inputTest(
  "a bad reading is rejected with code and pointer, its good neighbours are stored",
  async (withServer, t) => {
    await withServer(async (url, stored) => {
      for (const [name, bad, code, pointer] of REJECTED) {
        await t.step(name, async () => {
          const before = (await stored()).length;
          const mixed = withInfinity(
            seed([reading(NOW_MS), bad, reading(NOW_MS + 1)], { messageId: name, deviceId: name }),
          );
          const answer = await send(url, mixed);
          assert.equal(answer.status, 200);
          assert.deepEqual([answer.accepted, answer.rejected], [2, 1]);
          assert.deepEqual(answer.errors.map((e) => [e.index, e.code, e.pointer]), [[
            1,
            code,
            `/sensorReadings/1${pointer}`,
          ]]);
          assert.match(answer.errors[0].detail, /expected/);
          assert.deepEqual((await stored()).slice(before), [NOW_MS, NOW_MS + 1]);

          const alone = await send(url, withInfinity(seed([bad], { deviceId: name })));
          assert.equal(alone.status, 400);
          assert.equal(alone.errors[0].code, code);
          const strict = await send(
            `${url}?strict=1`,
            mixed.replace(`"messageId":"${name}"`, '"messageId":"strict"'),
          );
          assert.equal(strict.status, 400);
          assert.equal((await stored()).length, before + 2);
        });
      }
    });
  },
);

/** A request that is fully understood: [what, body, times stored, headers]. */
const UNDERSTOOD: [name: string, body: BodyInit, timesMs: number[], headers?: Record<string, string>][] = [
  ["seconds", seed([reading(NOW_MS / 1000)]), [NOW_MS]],
  ["µs", seed([reading(NOW_MS * 1000)]), [NOW_MS]],
  ["ns", phone([{ name: "accelerometer", time: NOW_MS * 1e6, values: { x: 1, y: 2, z: 3 } }]), [NOW_MS]],
  ["ns as text", phone([{ name: "accelerometer", time: `${NOW_MS}000000`, values: { z: 3, y: 2, x: 1 } }]), [
    NOW_MS,
  ]],
  ["ISO 8601", seed([reading(isoNow)]), [NOW_MS]],
  ["out of order, one twice", seed([2, 1, 2].map((ms) => reading(NOW_MS - ms))), [NOW_MS - 2, NOW_MS - 1]],
  ["seven days ago", seed([reading(NOW_MS - 7 * DAY_MS)]), [NOW_MS - 7 * DAY_MS]],
  ["in five minutes", seed([reading(NOW_MS + 300_000)]), [NOW_MS + 300_000]],
  ["the last of two equal keys", good.replace('"timestamp":', '"timestamp":5,"timestamp":'), [NOW_MS]],
  ["unknown fields, deeply nested", good.replace("{", `{"x":${"[".repeat(9999)}${"]".repeat(9999)},`), [
    NOW_MS,
  ]],
  ["fields named like methods", good.replace("{", '{"__proto__":{"a":1},"constructor":1,"toString":2,'), [
    NOW_MS,
  ]],
  ["ids of emoji", seed([reading()], { deviceId: "📱".repeat(64) }), [NOW_MS]],
  ["a byte order mark", `\ufeff${good}`, [NOW_MS]],
  ["a malformed parameter", good, [NOW_MS], { "content-type": "application/json; utf-8" }],
  ["a beacon", good, [NOW_MS], { "content-type": "text/plain;charset=UTF-8" }],
  ["gzip", gzip(good), [NOW_MS], { "content-encoding": "gzip" }],
  ["deflate", new Uint8Array(zlib.deflateSync(good)), [NOW_MS], { "content-encoding": "Deflate" }],
  ["deflate without its header", new Uint8Array(zlib.deflateRawSync(good)), [NOW_MS], {
    "content-encoding": "deflate",
  }],
  ["two lines", `${good}\r\n\n${seed([reading(NOW_MS + 1)], { messageId: 2 })}\n`, [NOW_MS, NOW_MS + 1], {
    "content-type": "application/x-ndjson",
  }],
  ["no readings, as a test button sends", '{"payload":[]}', []],
];

inputTest(
  "what can be understood is stored as ms since the Unix epoch, whatever its form",
  async (withServer, t) => {
    for (const [name, body, timesMs, headers] of UNDERSTOOD) {
      await t.step(name, () =>
        withServer(async (url, stored) => {
          const answer = await send(url, body, headers);
          assert.equal(answer.status, 200, answer.detail);
          assert.equal(answer.rejected, 0);
          assert.equal(answer.accepted, timesMs.length);
          assert.deepEqual(await stored(), timesMs);
        }));
    }
  },
);

inputTest("20,000 readings are stored at once", async (withServer) => {
  await withServer(async (url, stored) => {
    const body = gzip(seed(Array.from({ length: 20_000 }, (_, i) => reading(NOW_MS - i))));
    assert.equal((await send(url, body, { "content-encoding": "gzip" })).accepted, 20_000);
    assert.equal((await stored()).length, 20_000);
  });
});

inputTest("the same message again stores nothing, also in strict mode", async (withServer) => {
  await withServer(async (url, stored) => {
    await send(url, good);
    for (const again of [url, `${url}?strict=1`]) {
      const answer = await send(again, good);
      assert.deepEqual([answer.status, answer.accepted, answer.duplicate, answer.rejected], [200, 0, 1, 0]);
    }
    assert.deepEqual(await stored(), [NOW_MS]);
  });
});

/** Sends raw bytes and returns the status line, as a client that does not wait for the answer before it has sent all. */
async function sendRaw(url: string, head: string[], bodyBytes: number, chunked: boolean): Promise<string> {
  const { hostname, port } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const encoder = new TextEncoder();
  const lines = [
    "POST /sensor-data HTTP/1.1",
    `host: ${hostname}`,
    "content-type: application/json",
    ...head,
    "",
    "",
  ];
  await connection.write(encoder.encode(lines.join("\r\n")));
  const piece = new Uint8Array(64 * 1024).fill(0x20);
  const chunk = chunked ? [encoder.encode("10000\r\n"), piece, encoder.encode("\r\n")] : [piece];
  const sending = (async () => {
    for (let sent = 0; sent < bodyBytes; sent += piece.length) {
      for (const part of chunk) await connection.write(part);
    }
  })().catch((error) => {
    // The server may close after its answer: that is what stops such a client.
    if (!(error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset)) {
      throw error;
    }
  });
  const answer = new Uint8Array(4096);
  const length = await connection.read(answer);
  const [status] = new TextDecoder().decode(answer.subarray(0, length ?? 0)).split("\r\n");
  connection.close();
  await sending.catch((error) =>
    assert.ok(error instanceof Deno.errors.Interrupted || error instanceof Deno.errors.BadResource)
  );
  return status;
}

inputTest("100 MB are refused when declared and when chunked, and the server goes on", async (withServer) => {
  await withServer(async (url) => {
    const bytes = 100_000_000;
    assert.match(await sendRaw(url, [`content-length: ${bytes}`], bytes, false), / 413 /);
    assert.match(await sendRaw(url, ["transfer-encoding: chunked"], bytes, true), / 413 /);
    assert.equal((await send(url, good)).accepted, 1);
  });
});
