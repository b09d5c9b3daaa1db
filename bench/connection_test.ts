import assert from "node:assert/strict";
import { AnswerError, Connection } from "./connection.ts";

const REQUEST = new TextEncoder().encode("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");

/** Serves raw answers, one a request, in pieces as given, then closes. */
async function against<T>(pieces: string[], use: (connection: Connection) => Promise<T>): Promise<T> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using socket = await listener.accept();
    const buffer = new Uint8Array(1024);
    if (await socket.read(buffer) === null) return;
    for (const piece of pieces) await socket.write(new TextEncoder().encode(piece));
    socket.closeWrite();
    while (await socket.read(buffer) !== null);
  })();
  const connection = await Connection.open(`http://127.0.0.1:${listener.addr.port}`);
  try {
    return await use(connection);
  } finally {
    connection.close();
    await serving;
  }
}

Deno.test("Connection keeps one connection for many requests to a real server", async () => {
  const remotes = new Set<number>();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request, { remoteAddr }) => {
      assert.equal(await request.text(), "hi");
      remotes.add(remoteAddr.port);
      return new Response('{"status":"ok","accepted":50}');
    },
  );
  const connection = await Connection.open(`http://127.0.0.1:${server.addr.port}`);
  for (let i = 0; i < 10; i++) {
    assert.deepEqual(await connection.request(REQUEST), { status: 200, accepted: 50, retryAfterMs: 0 });
  }
  connection.close();
  assert.equal(remotes.size, 1);
});

Deno.test("Connection reads an answer that arrives in pieces, and Retry-After", async () => {
  const pieces = [
    "HTTP/1.1 503 Service Unavailable\r\nRetry-",
    "After: 2\r\nContent-Length: 4\r\n",
    "\r\nfu",
    "ll",
  ];
  const answer = await against(pieces, (connection) => connection.request(REQUEST));
  assert.deepEqual(answer, { status: 503, accepted: 0, retryAfterMs: 2000 });
});

Deno.test("Connection tells a connection closed without an answer from an answer", async () => {
  assert.equal(await against([], (connection) => connection.request(REQUEST)), null);
  assert.equal(
    await against(["HTTP/1.1 200 OK\r\nConte"], (connection) => connection.request(REQUEST)),
    null,
  );
});

Deno.test("Connection refuses an answer whose end it could not find", async () => {
  const chunked = ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"];
  await assert.rejects(against(chunked, (connection) => connection.request(REQUEST)), AnswerError);
});
