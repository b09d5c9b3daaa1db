/**
 * The Devices page in a browser, against services that the tests script.
 */
import assert from "node:assert/strict";
import { fakeHealth, type FakeServices } from "../web/testing/fake_services.ts";
import { assertAccessible, assertFingerTargets, DESK, pageTest, PHONE, sidewaysScroll } from "./page.ts";

const EVIL = "<img src=x onerror=alert(1)>";

/** Three registered, one that was only heard of, and strangers; all with what is hard to show. */
function fill(services: FakeServices): void {
  services.settings = { ...services.settings, host: "0.0.0.0" };
  services.addDevice("pixel-8", { name: "Pixel 8", hasKey: true });
  services.healths.set("pixel-8", fakeHealth({ lastSeenAt: Date.now() }));
  services.addDevice("iphone", { name: `Anna's ${EVIL}`, hasKey: true });
  const refused = { at: Date.now(), status: 400, reason: `it is ${EVIL}`, excerpt: `${EVIL}\u202e` };
  services.healths.set("iphone", fakeHealth({ lastSeenAt: Date.now(), lagMs: -185_000, refused }));
  services.addDevice("nokia");
  services.healths.set("u".repeat(128), fakeHealth({ lastSeenAt: Date.now() - 720_000 }));
  services.strangers = [{ ...refused, deviceId: null, agent: EVIL, count: 14 }];
}

for (const [what, { viewport }] of [["a phone", PHONE], ["a desk", DESK]] as const) {
  pageTest(
    `devices tell how they are in words on ${what}, accessibly, and fit it`,
    { path: "/devices", ready: ".devices", prepare: fill, context: { viewport } },
    async ({ page }) => {
      const card = page.getByRole("article", { name: "Anna's" });
      assert.match(await card.innerText(), /Its clock is 3\smin ahead\..*automatic date and time/);
      assert.match(
        await card.getByLabel("What was refused").innerText(),
        /^<img src=x onerror=alert\(1\)>\\u\{202e\}$/,
      );
      assert.match(await page.getByRole("article", { name: "Pixel 8" }).innerText(), /as they should/);
      assert.match(await page.getByRole("article", { name: "uuu" }).innerText(), /not registered/);
      assert.match(
        await page.getByRole("region", { name: "Refused, and no known device" }).innerText(),
        /14 times/,
      );
      assert.equal(await page.locator("main img").count(), 0);
      assert.equal(await sidewaysScroll(page), 0);
      await assertAccessible(page);
      await assertFingerTargets(page);
    },
  );
}

pageTest(
  "a phone that was only heard of gets a name and settings, and the card shows them",
  { path: "/devices", ready: ".devices", prepare: fill },
  async ({ page, services }) => {
    await page.getByRole("button", { name: /^Register uuu/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Spare");
    await dialog.getByLabel("Gravity in its readings").selectOption("removed");
    await dialog.getByLabel("Unit of its readings").selectOption("g");
    await dialog.getByRole("button", { name: "Save" }).click();
    const card = page.getByRole("article", { name: "Spare" });
    await card.waitFor();
    assert.match(await card.innerText(), /not in the readings \(set here\), g \(set here\)/);
    assert.match(await page.locator(".toast").innerText(), /Spare is changed/);
    assert.equal(services.devices.get("u".repeat(128))?.unit, "g");
  },
);

pageTest(
  "revoking asks first, removing can be undone",
  { path: "/devices", ready: ".devices", prepare: fill, context: PHONE },
  async ({ page, services }) => {
    await page.getByRole("button", { name: "Revoke key of Pixel 8" }).click();
    const dialog = page.getByRole("dialog", { name: "Revoke the key of Pixel 8?" });
    await dialog.getByRole("button", { name: "Cancel" }).click();
    assert.equal(services.devices.get("pixel-8")?.hasKey, true);
    await page.getByRole("button", { name: "Revoke key of Pixel 8" }).click();
    await dialog.getByRole("button", { name: "Revoke the key" }).click();
    await page.getByRole("button", { name: "Pair Pixel 8" }).waitFor();
    services.healths.delete("pixel-8");
    await page.getByRole("button", { name: "Remove Pixel 8" }).click();
    await page.getByRole("article", { name: "Pixel 8" }).waitFor({ state: "detached" });
    assert.match(
      await page.locator(".toast").innerText(),
      /Pixel 8 is removed from the registry\. Its sessions stay/,
    );
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("article", { name: "Pixel 8" }).waitFor();
  },
);

pageTest(
  "a failed change says why, and nothing is lost",
  {
    path: "/devices",
    ready: ".devices",
    prepare: fill,
    expectedErrors: [/status of 500/],
  },
  async ({ page, services }) => {
    services.devices.change = () => Promise.reject(new Error("disk full"));
    await page.getByRole("button", { name: "Change Pixel 8" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Mine");
    await dialog.getByRole("button", { name: "Save" }).click();
    assert.match(await dialog.getByRole("alert").innerText(), /The server met an error of its own/);
    assert.equal(await dialog.getByLabel("Name").inputValue(), "Mine");
  },
);

function fillMany(services: FakeServices): void {
  for (let i = 0; i < 10_000; i++) {
    services.addDevice(`phone-${i}`, { name: `Phone ${i}`, hasKey: i % 2 === 0 });
  }
}

for (const [what, { viewport }] of [["a phone", PHONE], ["a desk", DESK]] as const) {
  pageTest(
    `10,000 devices are a table in pages on ${what}, searched by the URL`,
    { path: "/devices?page=2", ready: "table", prepare: fillMany, context: { viewport } },
    async ({ page }) => {
      const rows = page.getByRole("table", { name: "Devices, by name" }).getByRole("row");
      assert.equal(await rows.filter({ has: page.getByRole("rowheader") }).count(), 50);
      assert.equal(await sidewaysScroll(page), 0);
      await page.getByRole("link", { name: "Next" }).click();
      await page.getByText("Page 3 of 200").waitFor();
      await page.getByLabel("Name or id").fill("phone 777");
      await page.keyboard.press("Enter");
      await page.waitForURL(/\?q=phone\+777$/);
      await page.getByRole("article", { name: "Phone 7770" }).waitFor();
      assert.equal(await page.getByRole("article").count(), 11);
      await page.goBack();
      await page.getByText("Page 3 of 200").waitFor();
      await assertAccessible(page);
      await assertFingerTargets(page);
    },
  );
}

pageTest(
  "a link to one device leads to its own page, wherever it is in the list",
  { path: "/devices#phone-7", ready: ".devices", prepare: fillMany },
  async ({ page }) => {
    await page.waitForURL(/\/devices\/phone-7$/);
    await page.getByRole("article", { name: "Phone 7" }).waitFor();
    await assertAccessible(page);
  },
);

pageTest(
  "without devices the page says how they come, and a search that finds none how to see all",
  { path: "/devices", ready: ".empty-state" },
  async ({ page }) => {
    assert.match(await page.locator(".empty-state").innerText(), /No phones yet/);
    await assertAccessible(page);
    await page.getByLabel("Name or id").fill("<b>x</b>");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("heading", { name: 'No device has "<b>x</b>" in its name or id' }).waitFor();
    await page.getByRole("link", { name: "Show all devices" }).click();
    await page.getByText("No phones yet").waitFor();
  },
);
