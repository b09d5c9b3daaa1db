/**
 * The Live page in a browser, against services that the tests script.
 */
import assert from "node:assert/strict";
import type { Activity } from "../log/records.ts";
import { fakeRecord, FakeServices, fakeSession } from "../web/testing/fake_services.ts";
import {
  assertAccessible,
  assertFingerTargets,
  DESK,
  pageTest,
  type PageTestOptions,
  PHONE,
  sidewaysScroll,
  type Visit,
} from "./page.ts";

/** Windows reach the server this long after their end, ms. */
const DELAY_MS = 2400;

/** Opens the Live page and runs a test on it. */
function browserTest(
  name: string,
  options: Partial<PageTestOptions>,
  run: (visit: Visit) => Promise<void>,
): void {
  pageTest(name, { path: "/", ready: ".connection.live", ...options }, run);
}

/** Sessions with ten minutes of mixed history. */
function showPhones(count: number) {
  const activities: Activity[] = ["stationary", "walking", "running"];
  return (services: FakeServices) => {
    const endMs = Date.now() - DELAY_MS;
    services.liveSessions = Array.from({ length: count }, (_, i) => {
      const activity = activities[i % 3];
      return fakeSession(`phone-${i}`, endMs, [["walking", 60], ["unknown", 20], ["stationary", 40], [
        activity,
        120,
      ]]);
    });
  };
}

/** Sends the next window of a phone. */
function pushWindow(services: FakeServices, device: string, activity: Activity, more = {}): void {
  services.push("activity", [fakeRecord(device, Date.now() - DELAY_MS + 1000, activity, more)]);
}

browserTest("an empty page shows three ways in with this server's own addresses", {}, async ({ page }) => {
  await page.getByRole("heading", { name: "No phone yet" }).waitFor();
  for (const name of ["Use your phone", "Send from a program", "No phone at hand?"]) {
    assert.equal(await page.getByRole("region", { name }).count(), 1, name);
  }
  const example = await page.getByRole("region", { name: "Send from a program" }).locator("code").first()
    .innerText();
  assert(example.includes(`curl ${new URL(page.url()).origin}/sensor-data`), example);
  const timestamp = Number(/"timestamp": (\d+)/.exec(example)?.[1]);
  assert(Math.abs(Date.now() - timestamp) < 60_000, example);
});

browserTest(
  "a server that listens on this machine only says how to start it for phones",
  { services: new FakeServices({ host: "127.0.0.1" }) },
  async ({ page }) => {
    const phone = page.getByRole("region", { name: "Use your phone" });
    assert.match(await phone.innerText(), /deno task start --lan/);
    assert.equal(await phone.getByRole("link").count(), 0);
  },
);

browserTest(
  "a phone is paired on the Devices page, whose dialog opens by itself",
  {},
  async ({ page }) => {
    await page.getByRole("link", { name: "Pair a phone" }).click();
    await page.getByRole("dialog", { name: "Pair a phone" }).waitFor();
  },
);

browserTest(
  "the demo button starts the demo, and the page turns into the live view by itself",
  {},
  async (visit) => {
    const { page, services } = visit;
    await page.getByRole("button", { name: "Try it without a phone" }).press("Enter");
    await page.getByText("The first result follows in a few seconds.", { exact: true }).waitFor();
    assert.equal(services.demoStarts, 1);
    services.push("session", [{
      status: "opened",
      at: Date.now(),
      session: { deviceId: "demo-phone", sessionId: "demo" },
    }]);
    await page.getByText(/first result within \d/).waitFor();
    await page.getByRole("heading", { name: "1 phone live" }).waitFor();
    assert.equal(
      await page.evaluate(() => document.activeElement?.tagName),
      "H1",
      "the keyboard goes on at the top",
    );
    services.push("activity", [
      fakeRecord("demo-phone", Date.now() - DELAY_MS, "walking", { sessionId: "demo" }),
    ]);
    await page.getByText("114 steps/min").waitFor();
  },
);

browserTest(
  "a paused page stands still, by key or button, and has everything when it goes on",
  { prepare: showPhones(1) },
  async (visit) => {
    const { page, services } = visit;
    const card = page.getByRole("article", { name: "phone-0" });
    await card.getByText("stationary", { exact: true }).waitFor();
    await page.keyboard.press("p");
    await page.getByText("paused").waitFor();
    const before = await card.innerText();
    const [session] = services.liveSessions;
    const endMs = Date.now() - DELAY_MS;
    services.liveSessions = [{
      ...session,
      current: fakeRecord("phone-0", endMs, "running"),
      recent: [...session.recent, [endMs, "running", 12, 0.9]],
    }];
    assert.equal(await card.innerText(), before);
    await page.getByRole("button", { name: "Go on" }).click();
    await card.getByText("running", { exact: true }).waitFor();
    await page.locator(".connection.live").waitFor();
  },
);

browserTest(
  "a card follows its phone from walking to running to the end",
  { prepare: showPhones(1) },
  async (visit) => {
    const { page, services } = visit;
    const card = page.getByRole("article", { name: "phone-0" });
    await card.getByText("stationary", { exact: true }).waitFor();
    assert.match(await card.innerText(), /97\s%/);
    pushWindow(services, "phone-0", "running", { magnitude: 13.7 });
    await card.getByText("running", { exact: true }).waitFor();
    assert.match(await card.innerText(), /13\.7 m\/s²/);
    assert.match(await card.innerText(), /168 steps\/min/);
    assert.match(
      await card.getByRole("img", { name: /^Magnitude/ }).getAttribute("aria-label") ?? "",
      /now 13\.7 m\/s²/,
    );
    services.push("session", [{
      status: "closed",
      at: Date.now(),
      session: { deviceId: "phone-0", sessionId: "phone-0-session" },
    }]);
    await card.getByText("ended", { exact: true }).waitFor();
    await page.getByRole("heading", { name: "0 phones live" }).waitFor();
  },
);

for (const [what, context] of [["a phone", PHONE], ["a desk", DESK]] as const) {
  browserTest(
    `nothing moves on ${what} when values change`,
    { context, prepare: showPhones(4) },
    async (visit) => {
      const { page, services } = visit;
      await page.evaluate(() => {
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as unknown as { sources: { node: Node | null }[] }[]) {
            for (const { node } of entry.sources) {
              const element = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node as Element | null;
              // The connection's words differ in length and stand alone at the right edge.
              if (element?.closest(".connection")) continue;
              document.body.dataset.shifts = `${document.body.dataset.shifts ?? ""} ${element?.outerHTML}`;
            }
          }
        }).observe({ type: "layout-shift", buffered: true });
      });
      for (
        const [activity, magnitude] of [["running", 12.44], ["stationary", 0.04], ["unknown", 0], [
          "walking",
          3,
        ]] as const
      ) {
        for (let i = 0; i < 4; i++) pushWindow(services, `phone-${i}`, activity, { magnitude });
        await page.locator(`.card .state:has(.mark.${activity})`).nth(3).waitFor();
      }
      assert.equal(await page.evaluate(() => document.body.dataset.shifts), undefined);
    },
  );
}

browserTest("the first result of a waiting phone takes no more room than the wait", {
  prepare: (services) => services.liveSessions = [fakeSession("phone-0", Date.now() - DELAY_MS, [])],
}, async ({ page, services }) => {
  const card = page.getByRole("article", { name: "phone-0" });
  const before = await card.boundingBox();
  pushWindow(services, "phone-0", "walking");
  await card.getByText("walking", { exact: true }).waitFor();
  assert.deepEqual(await card.boundingBox(), before);
});

browserTest(
  "only the charts on screen are drawn",
  { context: PHONE, prepare: showPhones(12) },
  async ({ page }) => {
    // Chart.js gives a canvas its style when it draws there.
    const drawn = page.locator("canvas[style]");
    await drawn.first().waitFor();
    const count = await drawn.count();
    assert(count < 5, `${count} charts drawn, expected those of the first screen`);
    const last = page.getByRole("article").last();
    await last.scrollIntoViewIfNeeded();
    await last.locator("canvas[style]").waitFor();
  },
);

browserTest(
  "a phone that begins another session keeps its card and its place",
  { prepare: showPhones(3) },
  async (visit) => {
    const { page, services } = visit;
    const session = { deviceId: "phone-1", sessionId: "second" };
    services.push("session", [{ status: "opened", at: Date.now(), session }]);
    await page.getByText(/first result within \d/).waitFor();
    services.push("session", [{
      status: "closed",
      at: Date.now(),
      session: { ...session, sessionId: "phone-1-session" },
    }]);
    pushWindow(services, "phone-1", "running", { sessionId: "second" });
    await page.locator(".card .mark.running").nth(1).waitFor();
    const names = await page.getByRole("article").getByRole("heading").allInnerTexts();
    assert.deepEqual(names, ["phone-0", "phone-1", "phone-2"]);
    await page.getByRole("heading", { name: "3 phones live", exact: true }).waitFor();
  },
);

browserTest("200 phones and more are a table that keeps up", {
  prepare: (services) => {
    showPhones(200)(services);
    services.total = 1000;
  },
}, async ({ page, services }) => {
  assert.equal(await page.getByRole("table").getAttribute("aria-rowcount"), "201");
  assert.equal(await page.locator("canvas").count(), 0);
  await page.getByText("and 800 more").waitFor();
  const started = performance.now();
  for (let round = 0; round < 4; round++) {
    const endMs = Date.now() - DELAY_MS + 1000 * (round + 1);
    services.push(
      "activity",
      Array.from({ length: 1000 }, (_, i) => fakeRecord(`phone-${i}`, endMs, "running")),
    );
  }
  await page.getByRole("button", { name: "1000 running" }).waitFor();
  const tookMs = performance.now() - started;
  assert(tookMs < 3000, `4,000 results took ${tookMs.toFixed(0)} ms to be shown, expected less than 3,000`);
  await page.getByRole("heading", { name: "1,000 phones live" }).waitFor();
  assert.equal(await page.getByRole("table").getAttribute("aria-rowcount"), "1001");
});

browserTest(
  "a lost connection is shown, resumed where it was, and live again",
  { prepare: showPhones(1) },
  async (visit) => {
    const { page, services } = visit;
    pushWindow(services, "phone-0", "walking");
    await page.locator(".card .mark.walking").waitFor();
    services.dropConnections();
    await page.getByText("reconnecting").waitFor();
    await page.locator(".connection.live").waitFor();
    assert.deepEqual(services.connections, ["", "1"]);
    pushWindow(services, "phone-0", "running", { timestamp: Date.now() });
    await page.locator(".card .mark.running").waitFor();
  },
);

browserTest(
  "a page that is too far behind to resume loads everything anew",
  { prepare: showPhones(3) },
  async (visit) => {
    const { page, services } = visit;
    showPhones(2)(services);
    services.push("reset", {});
    await page.getByRole("heading", { name: "2 phones live" }).waitFor();
  },
);

browserTest("a refused stream is tried again, and everything loaded anew because it may have been missed", {
  prepare: showPhones(3),
  expectedErrors: [/503/],
}, async ({ page, services }) => {
  services.refusals = 1;
  showPhones(1)(services);
  services.dropConnections();
  await page.getByRole("heading", { name: "1 phone live" }).waitFor();
  await page.locator(".connection.live").waitFor();
  assert.deepEqual(services.connections, ["", ""]);
});

browserTest("a silent phone is named first, with what to do", {
  prepare: (services) => {
    showPhones(3)(services);
    services.liveSessions[1].receivedAt -= 20_000;
  },
}, async ({ page }) => {
  await page.getByRole("heading", { name: "3 phones live, 1 silent" }).waitFor();
  const first = page.getByRole("article").first();
  assert.match(await first.innerText(), /phone-1[^]*No readings for \d+\ss\. The phone may be locked/);
});

browserTest("a phone whose results are not of now says by how much and why", {
  prepare: (services) => {
    showPhones(3)(services);
    services.liveSessions[0] = fakeSession("phone-0", Date.now() - DELAY_MS - 180_000, [["walking", 60]]);
    services.liveSessions[0].receivedAt = Date.now();
    services.liveSessions[2] = fakeSession("phone-2", Date.now() - DELAY_MS + 180_000, [["running", 60]]);
    services.liveSessions[2].receivedAt = Date.now();
  },
}, async ({ page, services }) => {
  const card = (name: string) => page.getByRole("article", { name });
  await card("phone-0").getByText("3 min behind", { exact: true }).waitFor();
  assert.match(
    await card("phone-0").innerText(),
    /Results are 3\smin behind the clock: the phone's clock is behind, or it sends late\./,
  );
  await card("phone-2").getByText("3 min ahead", { exact: true }).waitFor();
  assert.match(
    await card("phone-2").innerText(),
    /Results are 3\smin ahead of the clock: .* automatic date and time\./,
  );
  assert.doesNotMatch(await card("phone-1").innerText(), /clock|ahead/);
  await assertAccessible(page);
  services.push("activity", [fakeRecord("phone-0", Date.now() - DELAY_MS, "walking")]);
  await card("phone-0").getByText("2 s behind", { exact: true }).waitFor();
  assert.doesNotMatch(await card("phone-0").innerText(), /Results are/, "it has caught up");
});

browserTest(
  "a screen reader hears changes of activity, not readings",
  { prepare: showPhones(1) },
  async (visit) => {
    const { page, services } = visit;
    const region = page.locator("p[role=status].sr-only");
    pushWindow(services, "phone-0", "stationary", { magnitude: 0.3 });
    await page.getByText(/^0\.3/).waitFor();
    assert.equal(await region.innerText(), "");
    pushWindow(services, "phone-0", "running", { timestamp: Date.now() });
    await page.waitForFunction(() =>
      document.querySelector("p[role=status].sr-only")?.textContent === "phone-0: running"
    );
  },
);

browserTest("the keyboard can skip to the content first", { prepare: showPhones(1) }, async ({ page }) => {
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Skip to content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
});

const views: [what: string, prepare: (services: FakeServices) => void, ready?: string][] = [
  ["empty", () => {}],
  ["with 8 phones", (services) => {
    showPhones(8)(services);
    services.liveSessions.push(
      fakeSession("a phone with quite a long name of its own", Date.now() - DELAY_MS, []),
    );
    services.liveSessions[2].receivedAt -= 20_000;
  }],
  ["with 30 phones", showPhones(30)],
  ["with a log in trouble", (services) => {
    showPhones(3)(services);
    const trouble = "No broker of kafka-1:9092 answers: check KAFKA_BROKERS, for example localhost:9092";
    services.health = { ...services.health, trouble, lostRecords: 12, deadLetters: 1240 };
  }, ".log-notice"],
];
for (const [what, prepare, ready = ".connection.live"] of views) {
  browserTest(
    `the page ${what} is accessible, light and dark, on a phone and on a desk`,
    { prepare, ready },
    ({ page }) => assertAccessible(page),
  );
  browserTest(`the page ${what} fits 360 px without sideways scroll, with targets for fingers`, {
    context: { viewport: { width: 360, height: 740 } },
    prepare,
    ready,
  }, async ({ page }) => {
    assert.equal(await sidewaysScroll(page), 0);
    await assertFingerTargets(page);
  });
}
