import assert from "node:assert/strict";
import { HttpProblem } from "../../web/problem.ts";
import { BodyReader } from "./body.ts";
import { DEFAULT_INGEST, type IngestSettings } from "../settings.ts";

async function withReader(
  change: Partial<IngestSettings>,
  use: (bodies: BodyReader) => Promise<void>,
): Promise<void> {
  const bodies = new BodyReader({ ...DEFAULT_INGEST, ...change });
  try {
    await use(bodies);
  } finally {
    bodies.close();
  }
}

/** A request whose body the test sends piece by piece. */
function slowRequest(headers: Record<string, string> = {}) {
  let controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (c) => void (controller = c),
    cancel: () => void (cancelled = true),
  });
  const req = new Request("http://localhost/", { method: "POST", body, headers });
  return { req, controller, isCancelled: () => cancelled };
}

function refusal(work: Promise<unknown>): Promise<HttpProblem> {
  return work.then(
    () => assert.fail("expected a refusal"),
    (error) => error instanceof HttpProblem ? error : Promise.reject(error),
  );
}

Deno.test("read() returns a chunked body whole", async () => {
  await withReader({}, async (bodies) => {
    const { req, controller } = slowRequest();
    const read = bodies.read(req);
    controller.enqueue(new Uint8Array([1, 2]));
    controller.enqueue(new Uint8Array([3]));
    controller.close();
    assert.deepEqual(await read, new Uint8Array([1, 2, 3]));
  });
});

Deno.test("read() stops a chunked body as soon as it is too large", async () => {
  await withReader({ maxBodyBytes: 3 }, async (bodies) => {
    const { req, controller, isCancelled } = slowRequest();
    const read = refusal(bodies.read(req));
    controller.enqueue(new Uint8Array(2));
    controller.enqueue(new Uint8Array(2));
    assert.equal((await read).status, 413);
    assert.equal(isCancelled(), true);
  });
});

for (const headers of [{ "content-length": "10" }, {}] as Record<string, string>[]) {
  const kind = Object.keys(headers)[0] ?? "chunks";
  Deno.test(`read() answers 408 when a body with ${kind} does not arrive in time`, async () => {
    await withReader({ readTimeoutMs: 0 }, async (bodies) => {
      const { req } = slowRequest(headers);
      const problem = await refusal(bodies.read(req));
      assert.equal(problem.status, 408);
      assert.equal(problem.headers.connection, "close");
    });
  });

  Deno.test(`read() answers 400 when a body with ${kind} breaks off`, async () => {
    await withReader({}, async (bodies) => {
      const { req, controller } = slowRequest(headers);
      const read = refusal(bodies.read(req));
      controller.enqueue(new Uint8Array(2));
      controller.error(new TypeError("connection lost"));
      const problem = await read;
      assert.equal(problem.status, 400);
      assert.match(problem.body.detail, /ended early \(connection lost\)/);
    });
  });

  Deno.test(`read() answers 503 while bodies with ${kind} hold all memory, and goes on when they are read`, async () => {
    await withReader({ maxReadingBytes: 10 }, async (bodies) => {
      const small = () =>
        new Request("http://localhost/", { method: "POST", body: "12", headers: { "content-length": "2" } });
      const { req, controller } = slowRequest(headers);
      const read = bodies.read(req);
      controller.enqueue(new Uint8Array(10));
      await new Promise((resolve) => setTimeout(resolve, 0));
      const problem = await refusal(bodies.read(small()));
      assert.equal(problem.status, 503);
      assert.equal(problem.headers["retry-after"], "1");
      controller.close();
      assert.equal((await read).length, 10);
      assert.equal((await bodies.read(small())).length, 2);
    });
  });
}

Deno.test("read() answers 413 to a declared length that is no number", async () => {
  await withReader({}, async (bodies) => {
    const req = new Request("http://localhost/", {
      method: "POST",
      body: "x",
      headers: { "content-length": "x" },
    });
    assert.equal((await refusal(bodies.read(req))).status, 413);
  });
});
