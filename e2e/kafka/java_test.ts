/** What is said of a machine without Java or Maven, with a PATH made for it. */
import assert from "node:assert/strict";
import { kafkaMissing } from "./java.ts";

/** What {@link kafkaMissing} says where only these programs are installed, each a shell script. */
async function missingWith(programs: Record<string, string>): Promise<string | null> {
  const folder = await Deno.makeTempDir();
  const path = Deno.env.get("PATH")!;
  try {
    for (const [name, script] of Object.entries(programs)) {
      await Deno.writeTextFile(`${folder}/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    Deno.env.set("PATH", folder);
    return kafkaMissing();
  } finally {
    Deno.env.set("PATH", path);
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("Without Java, the missing program and its installation are named", async () => {
  const said = await missingWith({ mvn: "exit 0" });
  assert.match(
    said ?? "",
    /needs Java 17, which is not installed: apt-get install --yes openjdk-17-jre-headless/,
  );
});

Deno.test("A Java that is too old is named with its version", async () => {
  const said = await missingWith({ java: `echo 'openjdk version "11.0.2" 2019-01-15' >&2`, mvn: "exit 0" });
  assert.match(said ?? "", /needs Java 17 or later, .*openjdk version "11\.0\.2".*: apt-get install/);
});

Deno.test("Java 17 and Maven are all that a broker needs", async () => {
  const java = `echo 'openjdk version "17.0.15" 2025-04-15' >&2`;
  assert.equal(await missingWith({ java, mvn: "exit 0" }), null);
});
