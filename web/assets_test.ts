import assert from "node:assert/strict";
import { loadAssets, readStatic, sendFile, toStaticFile } from "./assets.ts";

const text = (value: string) => new TextEncoder().encode(value);

async function withFolder(files: Record<string, string>, run: (dir: URL) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    for (const [path, content] of Object.entries(files)) {
      await Deno.mkdir(`${dir}/${path.split("/").slice(0, -1).join("/")}`, { recursive: true });
      await Deno.writeTextFile(`${dir}/${path}`, content);
    }
    await run(new URL(`file://${dir}/`));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("readStatic() maps every file to its URL path", async () => {
  await withFolder({ "app.css": "a{}", "img/logo.svg": "<svg/>" }, async (dir) => {
    assert.deepEqual([...(await readStatic(dir)).keys()].sort(), ["/app.css", "/img/logo.svg"]);
  });
});

Deno.test("loadAssets() without built islands says how to build them", async () => {
  await withFolder({ "app.css": "a{}" }, async (dir) => {
    await assert.rejects(loadAssets(dir), /deno task build/);
  });
});

Deno.test("loadAssets() reads the manifest that the build wrote", async () => {
  const manifest = { boot: "/build/boot-1.js", islands: { Live: "/build/Live-1.js" }, imports: {} };
  await withFolder({ "build/manifest.json": JSON.stringify(manifest) }, async (dir) => {
    assert.deepEqual((await loadAssets(dir)).manifest, manifest);
  });
});

Deno.test("sendFile() lets a hashed file be cached for ever and any other be asked for again", async () => {
  const hashed = sendFile(
    await toStaticFile("/build/Live-AB12.js", text("1")),
    new Request("http://localhost/"),
  );
  assert.match(hashed.headers.get("cache-control")!, /max-age=31536000, immutable/);
  const plain = sendFile(await toStaticFile("/app.css", text("a{}")), new Request("http://localhost/"));
  assert.equal(plain.headers.get("cache-control"), "no-cache");
  assert.equal(plain.headers.get("content-type"), "text/css; charset=utf-8");
  assert.equal(plain.headers.get("x-content-type-options"), "nosniff");
});

Deno.test("sendFile() answers 304 to whoever has the same content, 200 to others", async () => {
  const file = await toStaticFile("/app.css", text("a{}"));
  const changed = await toStaticFile("/app.css", text("b{}"));
  const ask = (etag: string) => new Request("http://localhost/", { headers: { "if-none-match": etag } });
  assert.equal(sendFile(file, ask(file.etag)).status, 304);
  assert.equal(sendFile(changed, ask(file.etag)).status, 200);
});
