import assert from "node:assert/strict";
import fc from "fast-check";
import { comparePatterns, scanRoutes, toPattern } from "./scan.ts";

const patterns: [string, string][] = [
  ["index.tsx", "/"],
  ["sensor-data.ts", "/sensor-data"],
  ["api/sessions/index.ts", "/api/sessions"],
  ["api/sessions/[sessionId].ts", "/api/sessions/:sessionId"],
  ["api/sessions/[sessionId]/activity.csv.ts", "/api/sessions/:sessionId/activity.csv"],
  ["docs/[...rest].tsx", "/docs/:rest{.+}"],
];
for (const [file, pattern] of patterns) {
  Deno.test(`toPattern() maps ${file} to ${pattern}`, () => assert.equal(toPattern(file), pattern));
}

for (const file of ["api/[id].csv.ts", "api/pre-[id].ts", "api/[].ts", "api/[a-b].ts"]) {
  Deno.test(`toPattern() refuses ${file} and shows a correct segment`, () => {
    assert.throws(() => toPattern(file), /expected a whole segment such as \[sessionId\]/);
  });
}

Deno.test("comparePatterns() puts text before a parameter before a rest parameter", () => {
  const sorted = ["/a/:rest{.+}", "/a/:id/csv", "/a/:id", "/a/live", "/:page", "/"].sort(comparePatterns);
  assert.deepEqual(sorted, ["/", "/a/live", "/a/:id", "/a/:id/csv", "/a/:rest{.+}", "/:page"]);
});

Deno.test("comparePatterns() gives one order whatever order the files are found in", () => {
  const segment = fc.constantFrom("a", "b", ":id", ":rest{.+}");
  const pattern = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => "/" + parts.join("/"));
  fc.assert(fc.property(fc.uniqueArray(pattern, { maxLength: 8 }), (list) => {
    assert.deepEqual([...list].reverse().sort(comparePatterns), [...list].sort(comparePatterns));
  }));
});

Deno.test("scanRoutes() finds nested routes and leaves out tests and files that begin with _", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${dir}/api`);
    for (
      const file of ["index.ts", "api/[id].ts", "_app.ts", "index_test.ts", "api/_shared.ts", "notes.md"]
    ) {
      await Deno.writeTextFile(`${dir}/${file}`, `export const title = ${JSON.stringify(file)};`);
    }
    const entries = await scanRoutes(new URL(`file://${dir}/`));
    assert.deepEqual(entries.map(({ file }) => file).sort(), ["api/[id].ts", "index.ts"]);
    assert.equal(entries.find(({ file }) => file === "index.ts")?.module.title, "index.ts");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
