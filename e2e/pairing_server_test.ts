/**
 * Pairing on the Devices page of the real server: what the dialog shows is what a phone and phyphox use.
 */
import assert from "node:assert/strict";
import { XMLParser } from "fast-xml-parser";
import type { Page } from "playwright-core";
import { findChromium, launchChromium } from "./browser.ts";
import { lanServer } from "./lan_server.ts";
import { Motion } from "./motion.ts";
import { DESK, PHONE } from "./page.ts";

const chromium = findChromium();
/** The dialog's address for phones, also where the machine is in no network. */
const PUBLIC_URL = "https://tracker.example";
const GREEN_MS = 15_000;

interface Setting {
  admin: Page;
  /** A phone's page, with a sensor. */
  phone: Page;
  motion: Motion;
  /** Address without and with TLS. */
  plain: string;
  secure: string;
}

function pairingTest(name: string, run: (setting: Setting) => Promise<void>): void {
  Deno.test({ name, ignore: chromium === null }, async () => {
    const dataDir = await Deno.makeTempDir();
    const { start, secure } = lanServer(dataDir, { PUBLIC_URL });
    const server = await start();
    const browser = await launchChromium(chromium!);
    let motion: Motion | null = null;
    try {
      const admin = await (await browser.newContext(DESK)).newPage();
      const phone = await (await browser.newContext({ ...PHONE, ignoreHTTPSErrors: true })).newPage();
      motion = await Motion.of(phone);
      await admin.goto(`${server.url}/devices?pair=1`);
      await admin.getByLabel("What do you call the phone?").fill("Anna's phone");
      await admin.getByRole("button", { name: "Next" }).click();
      await admin.getByRole("status").filter({ hasText: "Waiting for your phone" }).waitFor();
      await run({ admin, phone, motion, plain: server.url, secure });
    } finally {
      await motion?.stop();
      await browser.close();
      await server.stop();
      await Deno.remove(dataDir, { recursive: true });
    }
  });
}

/** The text of the address whose button is named so. */
async function shown(admin: Page, label: string): Promise<string> {
  const address = admin.locator(".copy").filter({ has: admin.getByRole("button", { name: label }) });
  return await address.locator("code").innerText();
}

const status = (admin: Page, text: string) => admin.getByRole("status").filter({ hasText: text });

pairingTest(
  "the code that the dialog shows pairs a phone, and its first readings turn the dialog green",
  async ({ admin, phone, motion, secure }) => {
    await motion.play("walking");
    const url = await shown(admin, "Copy phone page at tracker.example");
    await phone.goto(url.replace(PUBLIC_URL, secure));
    await phone.getByRole("heading", { name: "Anna's phone" }).waitFor();
    await status(admin, "It has its key").waitFor();
    await phone.getByRole("button", { name: "Start" }).click();
    await status(admin, "Readings arrive").waitFor({ timeout: GREEN_MS });
    await admin.getByText(/Readings arrive: [3-7]\d a second/).waitFor({ timeout: GREEN_MS });
    await admin.getByRole("link", { name: "Watch it live" }).click();
    await admin.waitForURL(/\/live\/anna-s-phone-/);
  },
);

pairingTest(
  "the phyphox code opens an experiment that posts here; what is refused is told, what is taken turns the dialog green",
  async ({ admin, plain }) => {
    await admin.locator("summary", { hasText: "phyphox" }).click();
    await admin.getByRole("button", { name: "Make a key" }).click();
    const url = await shown(admin, "Copy phyphox experiment at tracker.example");
    assert.match(url, /^phyphox:\/\/tracker\.example\/ingest\/phyphox\/at_[\w-]+\/experiment$/);
    const file = await fetch(url.replace("phyphox://tracker.example", plain));
    const { phyphox } = new XMLParser({ ignoreAttributes: false }).parse(await file.text());
    const { "@_address": address } = phyphox.network.connection;
    assert.ok(address.startsWith(plain), address);
    const post = async (body: unknown) => {
      const headers = { "content-type": "application/json; utf-8" };
      return (await fetch(address, { method: "POST", headers, body: JSON.stringify(body) })).status;
    };
    assert.equal(await post({ acc_time: [0.1], accX: [1] }), 400);
    await status(admin, "Something arrived and was refused").waitFor();
    assert.match(await admin.locator(".arrival").innerText(), /has no accY/);
    const startS = Date.now() / 1000;
    const time = { now: startS, events: [{ event: "START", experimentTime: 0, systemTime: startS }] };
    assert.equal(
      await post({ acc_time: [0, 0.02], accX: [0, 0], accY: [0, 0], accZ: [9.8, 9.8], time }),
      200,
    );
    await status(admin, "Readings arrive").waitFor();
  },
);
