/**
 * One session's page in a browser, against services that the tests script.
 */
import assert from "node:assert/strict";
import type { Preview } from "../web/services.ts";
import { assertAccessible, assertFingerTargets, DESK, pageTest, PHONE, sidewaysScroll } from "./page.ts";
import {
  boxOf,
  fill,
  ID,
  lane,
  PATH,
  READY,
  START_MS,
  summary,
  viewInAddress,
  zoomGroup,
} from "./session_page.ts";

const EVIL = "<img src=x onerror=alert(1)>";

for (const [what, context] of [["a phone", PHONE], ["a desk", DESK]] as const) {
  pageTest(
    `a session is shown with all that is known of it on ${what}, accessibly, and fits it`,
    {
      path: PATH,
      ready: READY,
      context,
      prepare: async (services) => {
        await fill(services);
        services.addDevice("nokia", { name: EVIL });
        await services.sessions.rename(ID, { name: EVIL, note: `${EVIL}\nsecond line` }, EVIL);
        await services.sessions.label(
          ID,
          { from: START_MS, to: START_MS + 60_000, activity: "walking", source: "person" },
          EVIL,
        );
      },
    },
    async ({ page }) => {
      await page.getByRole("heading", { name: EVIL }).waitFor();
      assert.match(
        await summary(page),
        /^12:00:00 UTC to 12:10:00 UTC, 10.min: stationary.2.min, walking.4.min, running.3.min\. Magnitude .* 1 gap, 1.min without results\.$/,
      );
      await page.getByRole("img", { name: /^Magnitude\. 12:00:00 UTC to/ }).waitFor();
      const facts = await page.getByRole("region", { name: "The whole session" }).innerText();
      assert.match(facts, /windows\s+540\s.*90\s%.*gaps\s+1, 1\smin.*v1, in force.*taken out/s);
      const rows = page.getByRole("region", { name: "Segments in view" }).locator("tbody tr");
      assert.equal(await rows.count(), 4);
      assert.match(
        await rows.first().innerText(),
        /12:00:00 UTC\s+stationary\s+2\smin\s+(0\.2\sm\/s²\s+)?Label of .*\s+walking/,
      );
      assert.equal(await page.getByLabel("Note").inputValue(), `${EVIL}\nsecond line`);
      assert.equal(await page.locator("main img").count(), 0);
      assert.equal(await sidewaysScroll(page), 0);
      await page.getByText("Label by time").click();
      await assertAccessible(page);
      await page.setViewportSize(context.viewport);
      await assertFingerTargets(page);
    },
  );
}

pageTest(
  "the chart is zoomed and moved with the mouse, and the address shows what is in view",
  { path: PATH, ready: READY, prepare: fill },
  async ({ page }) => {
    const { x, y, width, height } = await boxOf(page.locator(".plot-chart"));
    await page.mouse.move(x + width * 0.25, y + height / 2);
    await page.keyboard.down("Control");
    for (let i = 0; i < 4; i++) await page.mouse.wheel(0, -250);
    await page.keyboard.up("Control");
    const [from, to] = await viewInAddress(page);
    assert.ok(Math.abs((150 - from) / (to - from) - 0.25) < 0.02, `${from} to ${to} s`);
    assert.ok(to - from < 300, `${from} to ${to} s`);

    const before = page.url();
    await page.mouse.down();
    await page.mouse.move(x + width * 0.05, y + height / 2, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL((url) => url.href !== before);
    const [movedFrom, movedTo] = await viewInAddress(page);
    assert.ok(Math.abs(movedFrom - from - 0.2 * (to - from)) < 5, `${from} s moved to ${movedFrom} s`);
    assert.ok(Math.abs(movedTo - movedFrom - (to - from)) < 1);

    await page.reload();
    await page.locator(READY).waitFor();
    assert.deepEqual(await viewInAddress(page), [movedFrom, movedTo]);
    await page.getByRole("button", { name: "Show all" }).click();
    await page.waitForURL(/walk\?deviceId=nokia$/);
    assert.match(await summary(page), /10.min: stationary/);
  },
);

pageTest(
  "finer data are loaded for what is in view",
  {
    path: PATH,
    ready: READY,
    prepare: ({ recorded }) =>
      recorded.add({ ...ID, startMs: START_MS, parts: [["walking", 7200], ["running", 7200]] }),
  },
  async ({ page }) => {
    const asked = page.waitForRequest(/\/series\?/);
    await page.locator(".plot-chart").focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press("+");
    const { searchParams } = new URL((await asked).url());
    // A sixteenth of four hours is 15 min, and half as much on either side.
    assert.equal(Number(searchParams.get("to")) - Number(searchParams.get("from")), 1_800_000);
    assert.match(await summary(page), /, 15.min: walking.8.min, running.8.min/);
  },
);

pageTest(
  "wheel and page: without Ctrl or the focus the wheel scrolls",
  { path: PATH, ready: READY, prepare: fill },
  async ({ page }) => {
    const { x, y } = await boxOf(page.locator(".plot-chart"));
    await page.mouse.move(x + 50, y + 50);
    await page.mouse.wheel(0, 200);
    await page.waitForFunction(() => scrollY > 0);
    assert.match(await summary(page), /, 10.min:/);
  },
);

pageTest(
  "two fingers zoom the chart, one moves it",
  { path: PATH, ready: READY, prepare: fill, context: PHONE },
  async ({ page }) => {
    const { x, y, width, height } = await boxOf(page.locator(".plot-chart"));
    const cdp = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...at: number[]) =>
      cdp.send("Input.dispatchTouchEvent", {
        type,
        touchPoints: at.map((part, id) => ({ id, x: x + width * part, y: y + height / 2 })),
      });
    await touch("touchStart", 0.4, 0.6);
    await touch("touchMove", 0.3, 0.7);
    await touch("touchMove", 0.1, 0.9);
    await touch("touchEnd");
    const [from, to] = await viewInAddress(page);
    assert.ok(to - from < 200, `${from} to ${to} s`);
    const before = page.url();
    await touch("touchStart", 0.5);
    await touch("touchMove", 0.6);
    await touch("touchMove", 0.9);
    await touch("touchEnd");
    await page.waitForURL((url) => url.href !== before);
    const [movedFrom] = await viewInAddress(page);
    assert.ok(movedFrom < from - 20, `${from} s moved to ${movedFrom} s`);
  },
);

pageTest(
  "the replay plays, pauses, is scrubbed, and says what it was",
  { path: PATH, ready: READY, prepare: fill },
  async ({ page }) => {
    const replay = page.getByRole("group", { name: "Replay" });
    const slider = replay.getByRole("slider", { name: "Position" });
    assert.match(await replay.innerText(), /12:00:00 UTC\s+stationary/);
    await slider.fill(String(START_MS + 330_000));
    assert.match(await replay.innerText(), /12:05:30 UTC\s+running\s+1\d\.\d.m\/s²/);
    assert.match(await slider.getAttribute("aria-valuetext") ?? "", /12:05:30 UTC, running/);
    await slider.fill(String(START_MS + 270_000));
    assert.match(await replay.innerText(), /12:04:30 UTC\s+no result\s+–/);
    await replay.getByRole("button", { name: "60×" }).click();
    await replay.getByRole("button", { name: "Play" }).click();
    await replay.getByText("running", { exact: true }).waitFor();
    await page.locator("h1").focus();
    await page.keyboard.press("p");
    await replay.getByRole("button", { name: "Play" }).waitFor();
    await slider.fill(String(START_MS + 590_000));
    await replay.getByRole("button", { name: "Play" }).click();
    // It ends by itself.
    await replay.getByRole("button", { name: "Play" }).waitFor();
    assert.equal(Number(await slider.inputValue()), START_MS + 600_000);
  },
);

pageTest(
  "name and note are saved when one leaves the field",
  { path: PATH, ready: READY, prepare: fill, expectedErrors: [/status of 400/] },
  async ({ page, services }) => {
    const form = page.getByRole("form", { name: "About the session" });
    await form.getByLabel("Name").fill("Market");
    await page.keyboard.press("Tab");
    await page.getByRole("heading", { name: "Market", level: 1 }).waitFor();
    await form.getByText("Saved", { exact: true }).waitFor();
    await form.getByLabel("Note").fill("bad \u0007 bell");
    await page.keyboard.press("Tab");
    await form.getByText(/^Not saved: .*expected printable characters/).waitFor();
    await form.getByLabel("Note").fill("two\nlines");
    await page.keyboard.press("Tab");
    await form.getByText(/^Not saved: /).waitFor({ state: "detached" });
    const session = await services.store.session("walk", "nokia");
    assert.deepEqual([session?.name, session?.note], ["Market", "two\nlines"]);
  },
);

pageTest(
  "a session is deleted and brought back",
  { path: PATH, ready: READY, prepare: fill, context: PHONE },
  async ({ page, services }) => {
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("heading", { name: /is deleted$/ }).waitFor();
    assert.equal(await services.store.session("walk", "nokia"), null);
    await assertAccessible(page);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.locator(READY).waitFor();
    assert.equal((await services.store.session("walk", "nokia"))?.windows, 540);
  },
);

const NO_SCORE: Preview["before"] = {
  windows: 0,
  accuracy: 0,
  macroF1: 0,
  recall: { stationary: null, walking: null, running: null },
  confusion: {
    stationary: { stationary: 0, walking: 0, running: 0, unknown: 0 },
    walking: { stationary: 0, walking: 0, running: 0, unknown: 0 },
    running: { stationary: 0, walking: 0, running: 0, unknown: 0 },
  },
};
/** "before" is always what is in force. */
const PREVIEW: Preview = {
  sessions: 1,
  windows: 540,
  leftOutSessions: 0,
  labelledWindows: 0,
  before: NO_SCORE,
  after: NO_SCORE,
  changedMs: 90_000,
  changedSessions: 1,
  transitions: { before: 3, after: 2, added: 0, removed: 1 },
  mostChanged: [{
    ...ID,
    name: null,
    startedAt: START_MS,
    changedMs: 90_000,
    totalMs: 540_000,
    before: [["stationary", 240_000], ["gap", 60_000], ["running", 300_000]],
    after: [["stationary", 120_000], ["walking", 120_000], ["gap", 60_000], ["running", 300_000]],
  }],
};

pageTest(
  "what deciding again would change is shown first",
  {
    path: PATH,
    ready: READY,
    prepare: async (services) => {
      await fill(services);
      const { values } = services.thresholds.current();
      await services.thresholds.save(
        { deviceId: null, values: { ...values, walkingMs2: 3.1 }, message: "less" },
        1,
        "Anna",
      );
      services.tuning = {
        ...services.tuning,
        preview: (values, sessions, deviceId) => {
          assert.deepEqual([values.walkingMs2, sessions, deviceId], [1.9, [ID], "nokia"]);
          return Promise.resolve(PREVIEW);
        },
      };
    },
  },
  async ({ page, services }) => {
    const facts = page.getByRole("region", { name: "The whole session" });
    assert.match(await facts.innerText(), /v1, v2 is in force/);
    await facts.getByRole("button", { name: "Decide again…" }).click();
    const dialog = page.getByRole("dialog", { name: "Decide this session again?" });
    await dialog.getByText("1 min 30 s would be another activity.").waitFor();
    await dialog.getByRole("img", { name: /^By v1: stationary.2.min, walking.2.min/ }).waitFor();
    await dialog.getByRole("img", { name: /^By v2: stationary.4.min, running/ }).waitFor();
    await assertAccessible(page);
    let decided = 0;
    const { reclassify } = services.sessions;
    services.sessions = Object.assign(Object.create(services.sessions), {
      reclassify: (...args: Parameters<typeof reclassify>) => {
        decided++;
        return reclassify.apply(services.recorded.admin, args);
      },
    });
    await dialog.getByRole("button", { name: "Decide again by v2" }).click();
    await page.getByText("The session is decided again, by thresholds v2.").waitFor();
    assert.equal(decided, 1);
  },
);

pageTest(
  "a viewer sees all and changes nothing",
  {
    path: PATH,
    ready: READY,
    prepare: async (services, page) => {
      await fill(services);
      await services.sessions.rename(ID, { note: EVIL }, "Anna");
      await services.users.makeFirstAdmin("anna", "long enough a password", "test");
      await services.users.create("vera", "viewer", "long enough a password", "anna");
      const { secret } = (await services.users.signIn("vera", "long enough a password", "test"))!;
      await page.context().addCookies([{ name: "session", value: secret, domain: "127.0.0.1", path: "/" }]);
    },
  },
  async ({ page }) => {
    await page.getByRole("region", { name: "Note" }).getByText(EVIL).waitFor();
    assert.equal(await page.getByRole("button", { name: /Delete|Label|Decide/ }).count(), 0);
    assert.equal(await page.getByLabel("Name", { exact: true }).count(), 0);
    assert.equal(await lane(page).count(), 0);
    await zoomGroup(page).getByRole("button", { name: "Zoom in" }).click();
    await viewInAddress(page);
    await assertAccessible(page);
    await page.getByRole("link", { name: "Sessions", exact: true }).click();
    await page.locator(".session-list").waitFor();
    assert.equal(await page.getByRole("button", { name: /^Actions/ }).count(), 0);
  },
);

pageTest(
  "a live session goes on growing, and whoever looks at its end stays there",
  {
    path: PATH,
    ready: READY,
    prepare: async (services, page) => {
      await fill(services);
      const { session } = services.store;
      let calls = 0;
      services.store.session = async (...args) => {
        const found = await session(...args);
        if (++calls === 2) {
          await services.recorded.add({ ...ID, startMs: START_MS + 600_000, parts: [["walking", 60]] });
        }
        return found && { ...found, live: true };
      };
      await page.clock.install();
    },
  },
  async ({ page }) => {
    await page.getByRole("link", { name: "live", exact: true }).waitFor();
    assert.match(await summary(page), /12:10:00 UTC, 10.min:/);
    await page.clock.runFor(3000);
    await page.clock.runFor(3000);
    await page.waitForFunction(() => /, 11.min:/.test(document.querySelector(".view-summary")!.textContent!));
  },
);

pageTest(
  "a session that is not there says so and leads back",
  { path: "/sessions/nothing", ready: "main .message", expectedErrors: [/status of 404/] },
  async ({ page }) => {
    await page.getByRole("heading", { name: "There is no such session" }).waitFor();
    await assertAccessible(page);
    await page.getByRole("link", { name: "All sessions" }).click();
    await page.waitForURL(/\/sessions$/);
  },
);
