/**
 * Thresholds that are far off are set right again on the Thresholds page alone, judged by recordings of real people: those under
 * testdata/har, or all of a folder of that kind that HAR_DIR names.
 */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { readIndex } from "../commands/recordings.ts";
import type { Preview, ThresholdsState, ThresholdValues } from "../web/services.ts";
import { findChromium, launchChromium } from "./browser.ts";
import { getJson, pagesFilled, post, until } from "./client.ts";
import { inTempDir } from "./engines.ts";
import { DESK } from "./page.ts";
import { startServer } from "./server.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const HAR_DIR = Deno.env.get("HAR_DIR") ?? `${ROOT}e2e/testdata/har`;
/** Share of right answers to get back to. */
const GOOD = 0.95;
/** Fewer than this many actions. */
const MAX_ACTIONS = 10;
/** Phones that send at once. */
const DEVICES = 8;
/** The whole set is seven hours of readings, ms. */
const PATIENCE_MS = 120_000;

const chromium = findChromium();

/** Everything a person does to a page, counted. */
class Person {
  readonly actions: string[] = [];
  constructor(readonly page: Page) {}

  async does(what: string, run: (page: Page) => Promise<unknown>): Promise<void> {
    this.actions.push(what);
    await run(this.page);
  }
}

/** Imports the recordings as `deno task replay` does. */
async function importRecordings(url: string): Promise<number> {
  const recordings = await readIndex(HAR_DIR);
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-read", "--allow-net", "main.ts", "replay", HAR_DIR],
      ...["--labels", "--speed", "max", "--devices", String(DEVICES), "--url", url],
    ],
    cwd: ROOT,
  }).output();
  const text = new TextDecoder();
  assert.equal(code, 0, text.decode(stderr) + text.decode(stdout));
  await until(
    () => getJson(`${url}/api/log`),
    ({ partitions }) => partitions.every(({ lagRecords }: { lagRecords: number }) => lagRecords === 0),
    PATIENCE_MS,
  );
  await pagesFilled(url);
  return recordings.length;
}

async function putThresholds(
  url: string,
  change: (values: ThresholdValues) => ThresholdValues,
): Promise<void> {
  const { version, values }: ThresholdsState = await getJson(`${url}/api/thresholds`);
  const response = await fetch(`${url}/api/thresholds`, {
    method: "PUT",
    headers: { "content-type": "application/json", "if-match": `"v${version}"` },
    body: JSON.stringify({ values: change(values), message: "Deliberately bad" }),
  });
  assert.equal(response.status, 200, await response.text());
}

/** Share of right answers with what is in force, from the server itself. */
async function accuracyInForce(url: string): Promise<number> {
  const { values }: ThresholdsState = await getJson(`${url}/api/thresholds`);
  const response = await post(`${url}/api/thresholds/preview`, { values });
  assert.equal(response.status, 200);
  const preview: Preview = await response.json();
  return preview.before.accuracy;
}

/** The step rate is off too: with it, so much is still right with 0.5 and 20 that there is little to show. */
const spoil = (values: ThresholdValues) => ({ ...values, walkingMs2: 0.5, runningMs2: 20, cadence: null });

/** Once the page says that it is in force. */
const saved = (page: Page) => page.getByText(/^Thresholds v\d+ are in force/).waitFor();

async function asSuggested(person: Person): Promise<void> {
  await person.does("open the page", (page) => page.getByRole("link", { name: "Thresholds" }).click());
  await person.does("let the step rate decide", (page) => page.getByLabel("The step rate decides").check());
  await person.does("press Suggest", async (page) => {
    await page.getByRole("button", { name: "Suggest" }).click();
    await page.getByText(/The fields have the suggested values/).waitFor();
  });
  await person.does("type why", (page) => page.getByLabel("Why").fill("As suggested"));
  await person.does("save", async (page) => {
    await page.getByRole("button", { name: /^Save as v/ }).click();
    await saved(page);
  });
}

/** Without a suggestion: the person looks where the labels part in the plot, and puts the handles there. */
async function byEye(person: Person): Promise<void> {
  await person.does("open the page", (page) => page.getByRole("link", { name: "Thresholds" }).click());
  await person.page.getByRole("slider", { name: "running from" }).waitFor();
  const [still, walked, ran] = await lanes(person.page);
  await person.does(
    "drag walking between the first two lanes",
    (page) => drag(page, "walking from", parting(still, walked)),
  );
  await person.does(
    "drag running between the last two lanes",
    (page) => drag(page, "running from", parting(walked, ran)),
  );
  await person.does("let the step rate decide", (page) => page.getByLabel("The step rate decides").check());
  await person.does("type why", (page) => page.getByLabel("Why").fill("Where the lanes part"));
  await person.does("save", async (page) => {
    await page.getByRole("button", { name: /^Save as v/ }).click();
    await saved(page);
  });
}

/** Heights of the bars of each lane at a hundred places, as they are on the screen. */
function lanes(page: Page): Promise<number[][]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<SVGPathElement>(".magnitude-lane > svg > path")].map((path) => {
      const svg = path.ownerSVGElement!, point = svg.createSVGPoint();
      return Array.from({ length: 100 }, (_, x) => {
        point.x = 10 * x + 5;
        for (point.y = 1; point.y < 100; point.y++) if (path.isPointInFill(point)) return 100 - point.y;
        return 0;
      });
    })
  );
}

/** The place, 0 to 1, with least of the left lane to its right and of the right lane to its left. */
function parting(left: number[], right: number[]): number {
  const sum = (heights: number[]) => heights.reduce((total, height) => total + height, 0);
  const wrong = left.map((_, x) => sum(left.slice(x)) / sum(left) + sum(right.slice(0, x)) / sum(right));
  return wrong.indexOf(Math.min(...wrong)) / left.length;
}

/** Takes hold of a handle with the mouse and puts it to a place of the plot. */
async function drag(page: Page, name: string, place: number): Promise<void> {
  const plot = (await page.locator(".lanes").first().boundingBox())!;
  const handle = (await page.getByRole("slider", { name }).boundingBox())!;
  const y = plot.y + plot.height / 2;
  await page.mouse.move(handle.x + handle.width / 2, y);
  await page.mouse.down();
  await page.mouse.move(plot.x + plot.width * place, y, { steps: 5 });
  await page.mouse.up();
}

Deno.test({
  name:
    "from 0.5 and 20 back to .95 right answers in under ten actions on the page alone, on real recordings",
  ignore: chromium === null,
  fn: () =>
    inTempDir(async (dir) => {
      await using server = await startServer({ DATA_DIR: `${dir}/data` });
      const { url } = server;
      await putThresholds(url, spoil);
      const count = await importRecordings(url);
      const browser = await launchChromium(chromium!);
      try {
        for (const [name, run] of [["by Suggest", asSuggested], ["by eye", byEye]] as const) {
          await putThresholds(url, spoil);
          const before = await accuracyInForce(url);
          const person = new Person(await (await browser.newContext(DESK)).newPage());
          await person.page.goto(url);
          await run(person);
          const after = await accuracyInForce(url);
          console.log(
            `${name}: ${before.toFixed(3)} → ${after.toFixed(3)} on ${count} recordings in ` +
              `${person.actions.length} actions (${person.actions.join(", ")})`,
          );
          assert.ok(before < GOOD - 0.05, `${before} is not bad`);
          assert.ok(after >= GOOD, `${after} after ${name}`);
          assert.ok(person.actions.length < MAX_ACTIONS, person.actions.join(", "));
        }
      } finally {
        await browser.close();
      }
      assert.equal(await server.stop(), 0);
    }),
});
