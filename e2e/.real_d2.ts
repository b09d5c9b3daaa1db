import { launchChromium } from "./browser.ts";
import { startServer } from "./server.ts";
import { fillServer } from "./sample_data.ts";
const dataDir = await Deno.makeTempDir();
const server = await startServer({ DATA_DIR: dataDir });
const t0 = Date.now();
const stop = await fillServer(server.url);
console.log("filled", Date.now() - t0);
await new Promise((r) => setTimeout(r, 6000));
const list = await (await fetch(server.url + "/api/sessions?limit=20")).json();
console.log(list.items.map((s: any) => [s.deviceId, s.sessionId, s.live, s.windows].join(" ")).join("\n"));
const live = list.items.find((s: any) => s.live);
const browser = await launchChromium("/usr/bin/chromium");
for (const [w, h] of [[390, 844], [1280, 800]]) for (const colorScheme of ["light", "dark"] as const) {
  const ctx = await browser.newContext({ viewport: { width: w, height: h }, colorScheme, hasTouch: w === 390, timezoneId: "Europe/Berlin" });
  const page = await ctx.newPage();
  page.on("console", (m) => console.log(m.type(), m.text()));
  page.on("pageerror", (e) => console.log("pageerror", String(e)));
  for (const [name, path] of [["list", "/sessions"], ["one", "/sessions/day-1?deviceId=pixel-8"], ["gap", "/sessions/day-3?deviceId=iphone-15"], ["live", `/sessions/${live.sessionId}?deviceId=${live.deviceId}`]]) {
    const t = Date.now();
    await page.goto(server.url + path);
    console.log(name, w, Date.now() - t, "ms");
    if (name === "live") await new Promise((r) => setTimeout(r, 7000));
    await new Promise((r) => setTimeout(r, 900));
    await page.screenshot({ path: `/tmp/d2/r-${name}-${w}-${colorScheme}.png`, fullPage: true });
  }
  if (w === 1280 && colorScheme === "light") {
    await page.goto(server.url + "/sessions/day-1?deviceId=pixel-8");
    await page.locator(".plot-chart").focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press("+");
    await new Promise((r) => setTimeout(r, 900));
    await page.screenshot({ path: `/tmp/d2/r-zoom.png` });
    const cls = await page.evaluate(() => new Promise((r) => new PerformanceObserver((l) => r(l.getEntries().reduce((s, e: any) => s + (e.hadRecentInput ? 0 : e.value), 0))).observe({ type: "layout-shift", buffered: true }) ?? setTimeout(() => r(0), 500)));
    console.log("layout shift", cls);
  }
  await ctx.close();
}
await browser.close(); await stop(); await server.stop(); await Deno.remove(dataDir, { recursive: true }); Deno.exit(0);
