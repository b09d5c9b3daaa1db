/**
 * Pairing on the Devices page in a browser, against services that the tests script.
 */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { DeviceHealth } from "../web/services.ts";
import { fakeHealth, FakeServices } from "../web/testing/fake_services.ts";
import { assertAccessible, assertFingerTargets, DESK, pageTest, PHONE, sidewaysScroll } from "./page.ts";

const KEY = "k3y-0f-the-ph0ne";
const REASON = "it has no reading of an accelerometer";

/** As `start --lan`: one phone that is silent. */
function overTls(services: FakeServices): void {
  services.settings = { ...services.settings, lan: true };
  services.tls = { certificate: new Uint8Array([48, 3]), fingerprint: "AB:CD" };
  services.addDevice("pixel-8", { name: "Pixel 8", hasKey: true });
}

const dialogOf = (page: Page) => page.getByRole("dialog");

async function nameIt(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Pair a phone" }).click();
  await page.getByLabel("What do you call the phone?").fill(name);
  await page.keyboard.press("Enter");
}

/** What the phone does with the code it has scanned. @returns its id */
async function scan(services: FakeServices, code = "code-1"): Promise<string> {
  const result = await services.pairing.redeem(code);
  assert(typeof result !== "string");
  return result.deviceId;
}

const send = (services: FakeServices, deviceId: string, more: Partial<DeviceHealth> = {}) =>
  services.healths.set(deviceId, fakeHealth({ lastSeenAt: Date.now(), readingsPerS: 60, ...more }));

for (const [what, { viewport }] of [["a phone", PHONE], ["a desk", DESK]] as const) {
  pageTest(
    `on ${what}: a name, a code, the phone's key, and its first readings turn the box green`,
    { path: "/devices", ready: ".devices", prepare: overTls, context: { viewport } },
    async ({ page, services }) => {
      await nameIt(page, "Anna's phone");
      const dialog = page.getByRole("dialog", { name: "Pair Anna's phone" });
      await dialog.getByRole("img", { name: "QR code: phone page at 192.0.2.7:8443" }).waitFor();
      await dialog.getByText("https://192.0.2.7:8443/phone#p=code-1").waitFor();
      assert.match(await dialog.locator(".code-left").innerText(), /another (10|9)\smin/);
      await dialog.getByRole("status").filter({ hasText: "Waiting for your phone" }).waitFor();
      assert.equal(await sidewaysScroll(page), 0);
      await assertAccessible(page);
      await assertFingerTargets(page);
      const top = () => dialog.locator(".codes").evaluate((element) => element.getBoundingClientRect().top);
      await page.setViewportSize(viewport);
      const before = await top();

      const deviceId = await scan(services);
      await dialog.getByRole("status").filter({ hasText: "It has its key" }).waitFor();
      await dialog.getByText("The code is used").waitFor();
      assert.equal(await top(), before, "nothing jumps when the phone has its key");
      send(services, deviceId);
      await dialog.getByRole("status").filter({ hasText: "Readings arrive" }).waitFor();
      assert.match(await dialog.locator(".arrival").innerText(), /Readings arrive: 60 a second/);
      assert.equal(await top(), before, "nor when its readings arrive");
      await assertAccessible(page);
      assert.equal(
        await dialog.getByRole("link", { name: "Watch it live" }).getAttribute("href"),
        `/live/${deviceId}`,
      );
      await dialog.getByRole("button", { name: "Done" }).click();
      await page.getByRole("article", { name: "Anna's phone" }).waitFor();
    },
  );
}

pageTest(
  "a code is replaced when it has ended, and the countdown is not read aloud",
  {
    path: "/devices?pair=1",
    ready: "dialog",
    prepare: async (services, page) => {
      overTls(services);
      await page.clock.install();
    },
  },
  async ({ page, services }) => {
    await page.getByLabel("What do you call the phone?").fill("Spare");
    await page.getByRole("button", { name: "Next" }).click();
    const left = page.locator(".code-left");
    await left.waitFor();
    await page.clock.runFor(20_000);
    await left.filter({ hasText: /another 9\smin (39|40)\ss/ }).waitFor();
    assert.equal(await left.evaluate((element) => element.closest("[aria-live], [role=status]")), null);
    await page.clock.fastForward(580_000);
    await page.clock.runFor(2000);
    await dialogOf(page).getByText("#p=code-2").waitFor();
    await left.filter({ hasText: /another (10|9)\smin/ }).waitFor();
    assert.equal(services.codes.size, 2);
  },
);

pageTest(
  "what was refused is told with its reason and what was sent; so are strangers",
  { path: "/devices", ready: ".devices", prepare: overTls, context: PHONE },
  async ({ page, services }) => {
    await page.getByRole("button", { name: "Pair again Pixel 8" }).click();
    const box = dialogOf(page).locator(".arrival");
    await box.getByText("Waiting for your phone").waitFor();
    // The first answer says what was before.
    await page.waitForResponse((response) => response.url().includes("deviceId=pixel-8"));
    const refusal = { at: Date.now() + 1000, status: 400, reason: REASON, excerpt: '{"name":"gyroscope"}' };
    services.strangers = [{ ...refusal, deviceId: null, agent: "Sensor Logger", count: 3 }];
    await box.getByText("Refused meanwhile").waitFor();
    assert.match(await box.innerText(), /Sensor Logger[^]*3 times[^]*no reading of an accelerometer/);
    send(services, "pixel-8", { lastSeenAt: null, refused: refusal });
    await box.getByRole("status").filter({ hasText: "Something arrived and was refused" }).waitFor();
    assert.match(await box.innerText(), new RegExp(`${REASON}[^]*gyroscope`));
    assert.equal(await sidewaysScroll(page), 0);
    await assertAccessible(page);
  },
);

pageTest(
  "one key serves all apps, is made after a word of warning, by keyboard alone, and is shown once",
  { path: "/devices/pixel-8", ready: ".devices", prepare: overTls },
  async ({ page }) => {
    const button = page.getByRole("button", { name: "Pair again Pixel 8" });
    await button.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Pair Pixel 8" });
    await dialog.locator("summary", { hasText: "Sensor Logger" }).focus();
    await page.keyboard.press("Enter");
    await dialog.getByText("the present one ends at once").first().waitFor();
    await dialog.getByRole("button", { name: "Replace the key" }).focus();
    await page.keyboard.press("Enter");
    await dialog.getByRole("img", { name: "QR code: push URL at 192.0.2.7:8000" }).waitFor();
    await dialog.getByText(`http://192.0.2.7:8000/ingest/${KEY}?hints=499`).waitFor();
    await assertAccessible(page);
    await dialog.locator("summary", { hasText: "phyphox" }).click();
    await dialog.getByText(`phyphox://192.0.2.7:8000/ingest/phyphox/${KEY}/experiment`).waitFor();
    await assertAccessible(page);
    await dialog.locator("summary", { hasText: "A program" }).click();
    await dialog.getByText(`curl 'http://192.0.2.7:8000/ingest/${KEY}'`).waitFor();
    await assertAccessible(page);
    assert.equal(await dialog.locator("details.way-in[open]").count(), 1);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal(await page.getByText(KEY).count(), 0);
    assert.equal(await button.evaluate((element) => element === document.activeElement), true);
  },
);

pageTest(
  "without a secure address the page says how to get one, and what works without",
  { path: "/devices?pair=1", ready: "dialog", context: PHONE },
  async ({ page, services }) => {
    await page.getByLabel("What do you call the phone?").fill("Spare");
    await page.getByRole("button", { name: "Next" }).click();
    const dialog = dialogOf(page);
    await dialog.getByText("npx --yes deno task start --lan").waitFor();
    assert.match(await dialog.innerText(), /only over HTTPS[^]*Sensor Logger and phyphox work as it is/);
    assert.equal(await dialog.getByRole("img").count(), 0);
    await assertAccessible(page);
    await page.keyboard.press("Escape");
    services.settings = { ...services.settings, host: "127.0.0.1" };
    await nameIt(page, "Other");
    await dialog.getByText("listens on this machine only").waitFor();
  },
);

pageTest(
  "when no code can be made the dialog says why, and the next try may work",
  { path: "/devices", ready: ".devices", prepare: overTls, expectedErrors: [/status of 500/] },
  async ({ page, services }) => {
    const { offer } = services.pairing;
    services.pairing.offer = () => Promise.reject(new Error("disk full"));
    await page.getByRole("button", { name: "Pair again Pixel 8" }).click();
    const alert = dialogOf(page).getByRole("alert");
    assert.match(await alert.innerText(), /No code could be made: The server met an error of its own/);
    services.pairing.offer = offer;
    await dialogOf(page).getByRole("button", { name: "Try again" }).click();
    await dialogOf(page).getByRole("img", { name: "QR code: phone page" }).waitFor();
  },
);
