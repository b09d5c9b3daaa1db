/**
 * The session that the tests of its page are about.
 */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import type { FakeServices } from "../web/testing/fake_services.ts";

/** 2026-05-02T12:00Z */
export const START_MS = Date.UTC(2026, 4, 2, 12);
/** Selects what is there when the page is. */
export const READY = ".plot-chart canvas";
export const PATH = "/sessions/walk?deviceId=nokia";
export const ID = { deviceId: "nokia", sessionId: "walk" };

/** Ten minutes: still, walking, a gap, running, walking. */
export async function fill({ recorded }: FakeServices): Promise<void> {
  await recorded.add({
    ...ID,
    startMs: START_MS,
    parts: [["stationary", 120], ["walking", 120], ["gap", 60], ["running", 180], ["walking", 120]],
  });
}

export const labelsOf = async (services: FakeServices) =>
  (await services.store.session("walk", "nokia"))!.labels.map(({ from, to, activity }) => [
    (from - START_MS) / 1000,
    (to - START_MS) / 1000,
    activity,
  ]);

export const lane = (page: Page) => page.getByRole("group", { name: "Labels", exact: true });
export const tools = (page: Page) => page.getByRole("group", { name: "Label the selected span" });
export const summary = (page: Page) => page.locator(".view-summary").innerText();
export const zoomGroup = (page: Page) => page.getByRole("group", { name: "View" });

export async function boxOf(locator: Locator) {
  const box = await locator.boundingBox();
  assert.ok(box);
  return box;
}

/** Waits until the address has what is in view. @returns seconds from the session's beginning */
export async function viewInAddress(page: Page): Promise<[number, number]> {
  await page.waitForURL(/from=\d+&to=\d+/);
  const { searchParams } = new URL(page.url());
  const secondsOf = (name: string) => (Number(searchParams.get(name)) - START_MS) / 1000;
  return [secondsOf("from"), secondsOf("to")];
}
