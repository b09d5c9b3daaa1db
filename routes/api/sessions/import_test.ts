import assert from "node:assert/strict";
import { createApp } from "../../../web/app.ts";
import { NO_ASSETS } from "../../../web/assets.ts";
import { FakeServices } from "../../../web/testing/fake_services.ts";
import * as route from "./import.ts";

async function setup() {
  const taken: { name: string; text: string; deviceId: string; called: string | null; by: string }[] = [];
  const services = new FakeServices();
  const { import: answer } = services.imports;
  services.imports = {
    import(file, to, by) {
      const text = new TextDecoder().decode(file.bytes);
      taken.push({ name: file.name, text, deviceId: to.deviceId, called: to.name, by });
      return answer(file, to, by);
    },
  };
  const app = await createApp(services, {
    assets: NO_ASSETS,
    routes: [{ file: "api/sessions/import.ts", module: route }],
  });
  const post = (query: string, init: RequestInit & { headers?: Record<string, string> }) =>
    app.request(`/api/sessions/import${query}`, { method: "POST", ...init }, { remoteAddr: "127.0.0.1" });
  return { post, taken };
}

Deno.test("a file as the body is imported, with the name that its header gives", async () => {
  const { post, taken } = await setup();
  const answer = await post("?deviceId=phone-1", {
    body: "time,x",
    headers: { "content-length": "6", "x-file-name": encodeURIComponent("Läufe/Morgenlauf.zip") },
  });
  assert.equal(answer.status, 201);
  assert.equal((await answer.json()).sessionId, "import-1");
  assert.deepEqual(taken, [{
    name: "Läufe/Morgenlauf.zip",
    text: "time,x",
    deviceId: "phone-1",
    called: "Morgenlauf",
    by: taken[0].by,
  }]);
  assert.notEqual(taken[0].by, "");
});

Deno.test("a form's file is imported under the name that was asked for", async () => {
  const { post, taken } = await setup();
  const form = new FormData();
  form.append("file", new File(["time,x"], "Accelerometer.csv"));
  const { headers, body } = new Response(form);
  const type = headers.get("content-type")!;
  const bytes = await new Response(body).bytes();
  const answer = await post("?deviceId=phone-1&name=Run", {
    body: bytes,
    headers: { "content-length": String(bytes.length), "content-type": type },
  });
  assert.equal(answer.status, 201);
  assert.deepEqual([taken[0].name, taken[0].text, taken[0].called], ["Accelerometer.csv", "time,x", "Run"]);
});

Deno.test("what is no import is refused with what was expected", async () => {
  const { post, taken } = await setup();
  const form = { "content-type": "multipart/form-data; boundary=x" };
  const refused: [string, RequestInit & { headers?: Record<string, string> }, number, RegExp][] = [
    ["", { body: "x", headers: { "content-length": "1" } }, 400, /deviceId/],
    ["?deviceId=p&x=1", { body: "x", headers: { "content-length": "1" } }, 400, /x/],
    ["?deviceId=p", { body: "x" }, 411, /Content-Length/],
    [
      "?deviceId=p",
      { body: "x", headers: { "content-length": "200000000" } },
      413,
      /expected at most 104857600/,
    ],
    [
      "?deviceId=p",
      { body: "junk", headers: { "content-length": "4", ...form } },
      400,
      /form cannot be read/,
    ],
    ["?deviceId=p", { body: "--x--\r\n", headers: { "content-length": "7", ...form } }, 400, /no file/],
  ];
  for (const [query, init, status, detail] of refused) {
    const answer = await post(query, init);
    const problem = await answer.json();
    assert.deepEqual([answer.status, problem.status], [status, status], problem.detail);
    assert.match(problem.detail, detail);
  }
  assert.deepEqual(taken, []);
});
