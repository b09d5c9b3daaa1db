import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { dashboardFiles } from "./generate.ts";

/** Whether TypeScript takes the texts for dashboards, and what it says. */
async function check(texts: string[]): Promise<{ success: boolean; said: string }> {
  const folder = await Deno.makeTempDir();
  try {
    const types = JSON.stringify(new URL("schema.ts", import.meta.url).href);
    const source = `import type { DashboardFile } from ${types};\n` +
      `export const files: DashboardFile[] = [${texts.join(",\n")}];\n`;
    await Deno.writeTextFile(`${folder}/files.ts`, source);
    const config = fileURLToPath(new URL("deno.json", import.meta.url));
    const { success, stderr } = await new Deno.Command("deno", {
      args: [
        "check",
        "--quiet",
        "--frozen",
        "--config",
        config,
        `${folder}/files.ts`,
      ],
      env: { NO_COLOR: "1" },
    }).output();
    return { success, said: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("Grafana's own types take every file", async () => {
  const { success, said } = await check(Object.values(dashboardFiles()));
  assert.ok(success, said);
});

Deno.test("Grafana's own types refuse an option that a panel does not have", async () => {
  const file = dashboardFiles()["activity-official.json"];
  const wrong = file.replace('"graphMode": "none"', '"graphMode": "bars"');
  assert.notEqual(wrong, file);
  const { success, said } = await check([wrong]);
  assert.ok(!success);
  assert.match(said, /bars/);
});
