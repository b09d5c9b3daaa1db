/**
 * The Thresholds page in a browser, against services that the tests script.
 */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { HttpProblem } from "../web/problem.ts";
import { fakeRecordings, fakeTuning } from "../web/testing/fake_tuning.ts";
import type { FakeServices } from "../web/testing/fake_services.ts";
import { assertAccessible, assertFingerTargets, DESK, pageTest, PHONE, sidewaysScroll } from "./page.ts";

const EVIL = "<img src=x onerror=alert(1)>";
const HOUR_MS = 3_600_000;
const READY = ".running-handle";
const PATH = "/thresholds";

/** The sessions that the fake tuning knows, a device with values of its own, and what is hard to show. */
async function fill(services: FakeServices): Promise<void> {
  const { recorded, thresholds } = services;
  for (const { deviceId, sessionId, name, labels, columns } of fakeRecordings()) {
    const startMs = columns.endMs[0] - 1000;
    const state = { name, labels: labels.map((label) => ({ ...label, source: "person" as const })) };
    await recorded.add({ deviceId, sessionId, startMs, parts: [["walking", 60]], state });
  }
  services.addDevice("anna", { name: `Anna ${EVIL}` });
  services.addDevice("ben", { name: "Ben" });
  const { values } = thresholds.current();
  await thresholds.save(
    { deviceId: "ben", values: { ...values, walkingMs2: 1.7 }, message: EVIL },
    1,
    "Anna",
  );
}

/** The same, and everybody's values are far off. */
async function fillBad(services: FakeServices): Promise<void> {
  await fill(services);
  const { values } = services.thresholds.current();
  const bad = { ...values, walkingMs2: 0.5, runningMs2: 20 };
  await services.thresholds.save({ deviceId: null, values: bad, message: "Trying" }, 2, "Anna");
}

const field = (page: Page, name: string) => page.getByRole("spinbutton", { name, exact: true });
const walking = (page: Page) => page.getByRole("slider", { name: "walking from" });
const running = (page: Page) => page.getByRole("slider", { name: "running from" });
const valueOf = async (slider: Locator) => Number(await slider.getAttribute("aria-valuenow"));
const preview = (page: Page) => page.getByRole("region", { name: "Preview" });
const historyOf = (page: Page) => page.getByRole("region", { name: "History" }).locator("ol > li");

/** Share of right answers, now and with the values in the fields, %; once the preview is that of the fields. */
async function accuracy(page: Page): Promise<[before: number, after: number]> {
  await page.locator('.preview[aria-busy="false"] .score b').first().waitFor();
  const text = await preview(page).locator(".score dd").first().innerText();
  const [before, after] = [...text.matchAll(/([\d.]+)\s%/g)].map(([, share]) => Number(share));
  return [before, after];
}

/** Waits until the preview tells what is expected. */
async function previewSays(page: Page, text: RegExp): Promise<void> {
  await preview(page).getByText(text).waitFor();
}

for (const [what, context] of [["a phone", PHONE], ["a desk", DESK]] as const) {
  pageTest(
    `thresholds, preview and history are there on ${what}, accessibly, and fit it`,
    { path: PATH, ready: READY, prepare: fillBad, context },
    async ({ page }) => {
      assert.deepEqual([await valueOf(walking(page)), await valueOf(running(page))], [0.5, 20]);
      const [before, after] = await accuracy(page);
      assert.equal(before, after);
      await previewSays(page, /Nothing changes/);
      const matrix = page.getByRole("table", { name: "What labelled windows are answered with" });
      assert.match(
        await matrix.getByRole("row", { name: /^running/ }).innerText(),
        /running\s+0\s%\s+0\s+8\.9\s%\s+26\s+89\.0\s%/,
      );
      assert.match(
        await page.locator(".plot-summary").innerText(),
        /1,325 windows of 4 sessions, 4 labelled/,
      );
      assert.equal(await historyOf(page).count(), 3);
      assert.match(await historyOf(page).first().innerText(), /v3.*Trying.*by Anna.*in force.*1\.9.*0\.5/s);
      assert.equal(await page.locator("main img").count(), 0);
      assert.equal(await sidewaysScroll(page), 0);
      await page.getByRole("button", { name: "Suggest" }).click();
      await page.getByRole("heading", { name: "How it was found" }).waitFor();
      for (const summary of await page.locator("summary").all()) await summary.click();
      await assertAccessible(page);
      await page.setViewportSize(context.viewport);
      assert.equal(await sidewaysScroll(page), 0);
      await assertFingerTargets(page);
    },
  );
}

pageTest(
  "a handle is dragged with the mouse, the field goes with it, and the preview follows",
  { path: PATH, ready: READY, prepare: fillBad },
  async ({ page }) => {
    const [, bad] = await accuracy(page);
    const plot = (await page.locator(".lanes").first().boundingBox())!;
    const flag = (await running(page).locator(".flag").boundingBox())!;
    const line = plot.x + plot.width * Math.sqrt(20 / 40), grab = flag.x + 20;
    await page.mouse.move(grab, flag.y + 20);
    await page.mouse.down();
    // To where 8.5 is, by the scale of the axis.
    await page.mouse.move(grab + plot.x + plot.width * Math.sqrt(8.5 / 40) - line, flag.y + 20, { steps: 8 });
    await page.mouse.up();
    assert.ok(Math.abs(await valueOf(running(page)) - 8.5) <= 0.1);
    assert.equal(await field(page, "Running from").inputValue(), String(await valueOf(running(page))));
    await previewSays(page, /change in \d of 4 sessions/);
    const [before, after] = await accuracy(page);
    assert.equal(before, bad);
    assert.ok(after > bad, `${after} > ${bad}`);
    // The other one in its way stops it.
    await page.mouse.down();
    await page.mouse.move(plot.x - 50, flag.y + 20, { steps: 4 });
    await page.mouse.up();
    assert.equal(await valueOf(running(page)), 0.8);
    assert.equal(await page.getByRole("alert").count(), 0);
  },
);

pageTest(
  "a handle is dragged with a finger, and the page does not scroll under it",
  { path: PATH, ready: READY, prepare: fillBad, context: PHONE },
  async ({ page }) => {
    const handle = walking(page);
    // Tapping is enough, too: the buttons beside the number.
    await page.getByRole("button", { name: "More: Walking from" }).tap();
    await page.locator('[role="slider"][aria-valuenow="0.6"]').waitFor();
    await page.evaluate(() => scrollTo(0, 0));
    const flag = (await handle.locator(".flag").boundingBox())!;
    const cdp = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", points: { x: number; y: number }[]) =>
      cdp.send("Input.dispatchTouchEvent", { type, touchPoints: points });
    const from = { x: flag.x + 30, y: flag.y + 20 };
    await touch("touchStart", [from]);
    for (let step = 1; step <= 8; step++) {
      await touch("touchMove", [{ x: from.x + 5 * step, y: from.y - 12 * step }]);
    }
    await touch("touchEnd", []);
    const ms2 = await valueOf(handle);
    assert.ok(ms2 > 1.5 && ms2 < 3, `${ms2}`);
    assert.equal(await field(page, "Walking from").inputValue(), String(ms2));
    assert.equal(await page.evaluate(() => scrollY), 0);
    await previewSays(page, /Nothing changes|change in/);
  },
);

pageTest(
  "by keyboard alone thresholds are moved, typed, explained and saved",
  { path: PATH, ready: READY, prepare: fillBad },
  async ({ page, services }) => {
    const { keyboard } = page;
    await walking(page).focus();
    for (const key of ["PageUp", "ArrowRight", "ArrowUp", "ArrowLeft"]) await keyboard.press(key);
    assert.equal(await valueOf(walking(page)), 1.6);
    await keyboard.press("Tab");
    assert.equal(await running(page).evaluate((element) => element === document.activeElement), true);
    await keyboard.press("Home");
    assert.equal(await valueOf(running(page)), 1.9);
    await keyboard.press("End");
    assert.equal(await running(page).getAttribute("aria-valuetext"), "40 m/s²");
    await field(page, "Running from").focus();
    await keyboard.press("Control+a");
    await keyboard.type("8.55");
    assert.equal(await valueOf(running(page)), 8.55);
    await page.getByLabel("Why").focus();
    await keyboard.press("Enter");
    await page.getByText("Say why, in a few words").waitFor();
    await keyboard.type("Back to sense");
    await keyboard.press("Enter");
    await page.getByText("Thresholds v4 are in force.").waitFor();
    const { version, values } = services.thresholds.current();
    assert.deepEqual([version, values.walkingMs2, values.runningMs2], [4, 1.6, 8.55]);
    await historyOf(page).nth(3).waitFor();
    assert.match(await historyOf(page).first().innerText(), /v4.*Back to sense.*by local.*0\.5.*1\.6/s);
    assert.equal(await page.getByLabel("Why").inputValue(), "");
    await page.getByText("These values are in force: nothing to save.").waitFor();
  },
);

pageTest(
  "s suggests the best values, u takes them back, and Ctrl+Enter saves from anywhere",
  { path: PATH, ready: READY, prepare: fillBad },
  async ({ page, services }) => {
    await page.keyboard.press("s");
    await page.getByText(/The fields have the suggested values/).waitFor();
    const suggested = [await valueOf(walking(page)), await valueOf(running(page))];
    assert.notDeepEqual(suggested, [0.5, 20]);
    assert.ok((await accuracy(page))[1] >= 95);
    await page.getByRole("region", { name: "How it was found" }).getByText(/Suggested: walking from/)
      .waitFor();
    await page.keyboard.press("u");
    await page.getByText("The fields are as they were.").waitFor();
    assert.deepEqual([await valueOf(walking(page)), await valueOf(running(page))], [0.5, 20]);
    await page.keyboard.press("s");
    await page.getByText(/The fields have the suggested values/).waitFor();
    await page.getByLabel("Why").fill("As suggested");
    await walking(page).focus();
    await page.keyboard.press("Control+Enter");
    await page.getByText("Thresholds v4 are in force.").waitFor();
    assert.equal(services.thresholds.current().values.walkingMs2, suggested[0]);
    await page.keyboard.press("?");
    assert.match(await page.getByRole("dialog").innerText(), /Ctrl\+Enter\s+save/);
  },
);

pageTest(
  "values out of order are said at their field before anything is sent, others by the server's word",
  { path: PATH, ready: READY, prepare: fill, expectedErrors: [/status of 422/] },
  async ({ page }) => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    const runningField = field(page, "Running from");
    await runningField.fill("1.2");
    await page.getByText("Must be above the one for walking, 1.9").waitFor();
    assert.equal(await runningField.getAttribute("aria-invalid"), "true");
    await previewSays(page, /Waits for the marked fields/);
    assert.equal(await page.getByRole("button", { name: "Save as v3" }).isDisabled(), true);
    await page.getByText("The marked fields have to be right first.").waitFor();
    await runningField.fill("");
    await page.getByText("Type a number, for example 8.5").waitFor();
    assert.deepEqual(asked, []);
    await runningField.fill("500");
    await page.getByText(/<=400/).waitFor();
    assert.equal(await runningField.getAttribute("aria-invalid"), "true");
    await runningField.fill("9");
    await previewSays(page, /sessions?\. Transitions|Nothing changes/);
    assert.equal(await runningField.getAttribute("aria-invalid"), null);
    await page.getByLabel("The step rate decides").uncheck();
    assert.equal(await field(page, "Running step rate").count(), 0);
    await previewSays(page, /change in \d of 4 sessions/);
  },
);

pageTest(
  "the preview shows what changes most, and leads to those sessions",
  { path: PATH, ready: READY, prepare: fillBad },
  async ({ page }) => {
    const changed = page.getByRole("region", { name: "Most changed sessions" });
    await changed.getByText("no session is answered differently").waitFor();
    await field(page, "Running from").fill("8.5");
    const run = changed.getByRole("listitem").filter({ hasText: "Morning run" });
    await run.getByRole("img", { name: /^Now: stationary/ }).waitFor();
    await run.getByRole("img", { name: /^With these values: stationary/ }).waitFor();
    assert.match(await run.innerText(), /\d+\ss of 4\smin change/);
    await run.getByRole("link", { name: "Morning run" }).click();
    await page.waitForURL(/\/sessions\/anna-1\?deviceId=anna$/);
  },
);

pageTest(
  "of quick changes only the last one's preview is shown, and a failure can be tried again",
  { path: PATH, ready: READY, prepare: fill, expectedErrors: [/status of 503/] },
  async ({ page, services }) => {
    const asked: number[] = [];
    const { tuning } = services;
    let isBusy = false;
    services.tuning = {
      ...tuning,
      preview: (...args) => {
        asked.push(args[0].walkingMs2);
        if (isBusy) return Promise.reject(new HttpProblem(503, "Too many others try thresholds just now."));
        return tuning.preview(...args);
      },
    };
    await walking(page).focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowRight");
    await page.locator('.preview[aria-busy="true"]').waitFor();
    await accuracy(page);
    assert.deepEqual(asked, [2.4]);
    isBusy = true;
    await page.keyboard.press("ArrowRight");
    await page.getByText("No preview: Too many others try thresholds just now.").waitFor();
    isBusy = false;
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("No preview:").waitFor({ state: "detached" });
    await accuracy(page);
    assert.deepEqual(asked, [2.4, 2.5, 2.5]);
  },
);

pageTest(
  "sessions are chosen by hand, and the address keeps them and the device",
  { path: PATH, ready: READY, prepare: fill },
  async ({ page }) => {
    await page.getByRole("button", { name: "Tried on sessions All labelled…" }).click();
    const dialog = page.getByRole("dialog", { name: "Sessions to try on" });
    await dialog.getByLabel(/Way to work/).waitFor();
    // The four, and "Only labelled ones".
    assert.equal(await dialog.getByRole("checkbox", { name: /labelled/ }).count(), 5);
    await dialog.getByLabel("Name or id").fill("morning");
    await dialog.getByLabel(/Way to work/).waitFor({ state: "detached" });
    await dialog.getByLabel(/Morning run/).check();
    await dialog.getByLabel("Only labelled ones").uncheck();
    await dialog.getByLabel("Name or id").fill("cleo");
    await dialog.getByLabel(/First try/).check();
    await assertAccessible(page);
    await dialog.getByRole("button", { name: "Use 2 sessions" }).click();
    await page.waitForURL(/\?session=anna%2Fanna-1&session=cleo%2Fcleo-5$/);
    await previewSays(page, /labelled windows of 2 sessions/);
    await page.getByText(/of 2 sessions, 1 labelled/).waitFor();
    await page.getByLabel("Values for").selectOption("anna");
    await page.waitForURL(/\?device=anna&session=/);
    await previewSays(page, /of 1 session/);
    await page.reload();
    await previewSays(page, /of 1 session/);
    assert.equal(await page.getByLabel("Values for").inputValue(), "anna");
    await page.getByRole("button", { name: "Tried on sessions 2 chosen…" }).click();
    await dialog.getByRole("button", { name: "Use all labelled" }).click();
    await page.waitForURL(/\?device=anna$/);
    await previewSays(page, /of 2 sessions/);
  },
);

pageTest(
  "a device gets values of its own, and loses them again",
  { path: PATH, ready: READY, prepare: fill },
  async ({ page, services }) => {
    await page.getByLabel("Values for").selectOption("ben");
    assert.equal(await field(page, "Walking from").inputValue(), "1.7");
    await page.getByLabel("Values for").selectOption("anna");
    assert.equal(await field(page, "Walking from").inputValue(), "1.9");
    await field(page, "Walking from").fill("1.8");
    await page.getByLabel("Why").fill("Anna shuffles");
    await page.getByText(/For Anna .* Running sessions go by it/).waitFor();
    await page.getByRole("button", { name: "Save as v3" }).click();
    const own = page.getByRole("region", { name: "Devices with values of their own" });
    await own.getByText("v3: walking from 1.8").waitFor();
    assert.deepEqual(services.thresholds.current().overrides.map(({ deviceId }) => deviceId).sort(), [
      "anna",
      "ben",
    ]);
    assert.equal(services.thresholds.current().values.walkingMs2, 1.9);
    await own.getByRole("button", { name: "Remove the values of Ben" }).click();
    const dialog = page.getByRole("dialog", { name: "Remove the values of Ben?" });
    await dialog.getByRole("row", { name: /walking from, m\/s²\s*differs 1\.7 1\.9/ }).waitFor();
    await assertAccessible(page);
    await dialog.getByRole("button", { name: "Save as v4" }).click();
    await page.getByText("Thresholds v4 are in force.").waitFor();
    assert.deepEqual(services.thresholds.current().overrides.map(({ deviceId }) => deviceId), ["anna"]);
  },
);

pageTest(
  "an older version is restored, as a new one that says so, and any two can be compared",
  { path: PATH, ready: READY, prepare: fillBad },
  async ({ page, services }) => {
    await page.getByRole("button", { name: "Restore v1" }).click();
    const dialog = page.getByRole("dialog", { name: "Restore v1?" });
    await dialog.getByRole("row", { name: /running from, m\/s²\s*differs 20 8\.5/ }).waitFor();
    assert.equal(await dialog.getByLabel("Why").inputValue(), "Back to v1");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Restore v1" }).click();
    await dialog.getByRole("button", { name: "Save as v4" }).click();
    await historyOf(page).filter({ hasText: "v1 again" }).waitFor();
    const [newest] = services.thresholds.history(1);
    assert.deepEqual([newest.version, newest.restoredFrom, newest.values?.runningMs2], [4, 1, 8.5]);
    assert.equal(await field(page, "Running from").inputValue(), "8.5");
    assert.equal(await page.getByRole("button", { name: "Restore v1" }).count(), 0);
    await page.getByText("Compare two versions").click();
    await page.getByLabel("Version", { exact: true }).selectOption("3");
    await page.getByLabel("with version").selectOption("1");
    const table = page.getByRole("region", { name: "Two versions" });
    await table.getByRole("row", { name: /walking from, m\/s²\s*differs 0\.5 1\.9/ }).waitFor();
  },
);

/** Someone else saves while the page is open. */
const interfere = ({ thresholds }: FakeServices, walkingMs2: number) => {
  const { version, values } = thresholds.current();
  return thresholds.save(
    { deviceId: null, values: { ...values, walkingMs2 }, message: "Calmer" },
    version,
    "Cleo",
  );
};

for (const choice of ["theirs", "mine"] as const) {
  pageTest(
    `when someone else was faster both sides are shown, and ${choice} can be taken`,
    {
      path: PATH,
      ready: READY,
      prepare: fill,
      context: choice === "theirs" ? PHONE : DESK,
      expectedErrors: choice === "theirs" ? [/status of 412/] : [/status of 412/, /status of 412/],
    },
    async ({ page, services }) => {
      await field(page, "Running from").fill("9");
      await page.getByLabel("Why").fill("Joggers");
      await interfere(services, 2.2);
      await page.getByRole("button", { name: "Save as v3" }).click();
      const dialog = page.getByRole("dialog", { name: "Someone else has changed the thresholds" });
      await dialog.getByText(/Cleo made it for all devices .*: Calmer/).waitFor();
      await dialog.getByRole("row", { name: /walking from, m\/s²\s*differs 1\.9 2\.2 1\.9/ })
        .waitFor();
      await dialog.getByRole("row", { name: /running from, m\/s²\s*differs 8\.5 8\.5 9/ }).waitFor();
      if (choice === "theirs") {
        await assertAccessible(page);
        await dialog.getByRole("button", { name: "Take theirs" }).click();
        await dialog.waitFor({ state: "detached" });
        assert.equal(await field(page, "Walking from").inputValue(), "2.2");
        assert.equal(await field(page, "Running from").inputValue(), "8.5");
        assert.equal(services.thresholds.current().version, 3);
        await historyOf(page).filter({ hasText: "Calmer" }).waitFor();
      } else {
        // And faster once more.
        await interfere(services, 2.3);
        await dialog.getByRole("button", { name: "Save mine on top as v4" }).click();
        await dialog.getByRole("row", { name: /walking from, m\/s²\s*differs 1\.9 2\.3/ }).waitFor();
        await dialog.getByRole("button", { name: "Save mine on top as v5" }).click();
        await page.getByText("Thresholds v5 are in force.").waitFor();
        const { values } = services.thresholds.current();
        assert.deepEqual([values.walkingMs2, values.runningMs2], [1.9, 9]);
      }
    },
  );
}

for (const [what, context] of [["a phone", PHONE], ["a desk", DESK]] as const) {
  pageTest(
    `without labels the page says what they are for on ${what}, and still works`,
    {
      path: PATH,
      ready: READY,
      context,
      prepare: async (services) => {
        const recordings = fakeRecordings().map((session) => ({ ...session, labels: [] }));
        const bare = fakeTuning(services.thresholds, recordings);
        const all = recordings.map(({ deviceId, sessionId }) => ({ deviceId, sessionId }));
        services.tuning = {
          histogram: (sessions) => bare.histogram(sessions ?? all),
          preview: (values, sessions, deviceId) => bare.preview(values, sessions ?? all, deviceId),
          suggest: bare.suggest,
        };
        await services.recorded.add({
          deviceId: "anna",
          sessionId: "anna-1",
          startMs: Date.now() - HOUR_MS,
          parts: [["walking", 60]],
        });
      },
    },
    async ({ page }) => {
      await page.getByRole("heading", { name: "No session is labelled yet" }).waitFor();
      await page.getByText("deno task replay DIR --labels").waitFor();
      assert.match(await page.locator(".plot-summary").innerText(), /none labelled\. By the mean alone/);
      assert.equal(await page.getByRole("button", { name: "Suggest" }).isDisabled(), true);
      await field(page, "Walking from").fill("4");
      await previewSays(page, /change in \d of 5 sessions/);
      assert.match(await preview(page).locator(".score dd").first().innerText(), /^–/);
      await assertAccessible(page);
      await page.setViewportSize(context.viewport);
      assert.equal(await sidewaysScroll(page), 0);
    },
  );
}

pageTest(
  "the settings of windows are shown, with where they are changed and why not here",
  { path: PATH, ready: READY, prepare: fill },
  async ({ page }) => {
    await page.getByText("Windows: 5 s long, one every 1 s").click();
    await page.getByText(/WINDOW_MS.*which windows there are/s).waitFor();
  },
);

pageTest(
  "a long history is loaded page by page",
  {
    path: PATH,
    ready: READY,
    prepare: async ({ thresholds }) => {
      for (let version = 1; version < 45; version++) {
        const { values } = thresholds.current();
        const change = {
          deviceId: null,
          values: { ...values, walkingMs2: 1 + version / 100 },
          message: `${version}`,
        };
        await thresholds.save(change, version, "Anna");
      }
    },
  },
  async ({ page }) => {
    assert.equal(await historyOf(page).count(), 20);
    await historyOf(page).last().getByText(/once older versions are loaded/).waitFor();
    await page.getByRole("button", { name: "Older" }).click();
    await historyOf(page).nth(39).waitFor();
    await historyOf(page).nth(19).getByText("1.25\u00a0m/s²").waitFor();
    await page.getByRole("button", { name: "Older" }).click();
    await historyOf(page).nth(44).waitFor();
    assert.equal(await page.getByRole("button", { name: "Older" }).count(), 0);
  },
);

pageTest(
  "nothing moves while the page loads and while the preview is refreshed",
  {
    path: PATH,
    ready: READY,
    prepare: async (services, page) => {
      await fillBad(services);
      await page.addInitScript(() => {
        const shifts: number[] = [];
        Object.assign(globalThis, { shifts });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) {
            shifts.push((entry as unknown as { value: number }).value);
          }
        }).observe({ type: "layout-shift", buffered: true });
      });
    },
  },
  async ({ page }) => {
    await accuracy(page);
    await field(page, "Running from").fill("8.5");
    await previewSays(page, /change in \d of 4 sessions/);
    const moved = await page.evaluate(() =>
      (globalThis as unknown as { shifts: number[] }).shifts.reduce((sum, shift) => sum + shift, 0)
    );
    assert.ok(moved < 0.01, `layout shift ${moved}`);
  },
);
