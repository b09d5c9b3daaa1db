/**
 * Sign-in, account, users and audit in a browser, against services that the tests script.
 */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { FakeServices } from "../web/testing/fake_services.ts";
import { assertAccessible, assertFingerTargets, DESK, pageTest, PHONE, sidewaysScroll } from "./page.ts";

const PASSWORD = "correct horse battery";
const REFUSED_FORM = /status of 422/;

/** Services with the admin Anna. */
async function withAdmin(): Promise<FakeServices> {
  const services = new FakeServices();
  await services.users.makeFirstAdmin("Anna", PASSWORD, "");
  return services;
}

async function signIn(page: Page, name: string, password = PASSWORD): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Without scripts, on a phone and a desk, light and dark. */
async function assertGood(page: Page): Promise<void> {
  assert.equal(await page.locator("script").count(), 0);
  await assertAccessible(page);
  await page.setViewportSize(PHONE.viewport);
  assert.equal(await sidewaysScroll(page), 0);
  await assertFingerTargets(page);
}

/** The text that a field's description points to. */
async function errorOf(page: Page, field: Locator): Promise<string> {
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  const ids = (await field.getAttribute("aria-describedby"))!.split(" ");
  return await page.locator(`#${ids.at(-1)}`).innerText();
}

pageTest(
  "the first admin is made on this machine, by keyboard, and everybody signs in from then on",
  { path: "/setup", ready: "form", expectedErrors: [REFUSED_FORM] },
  async ({ page, services }) => {
    await assertGood(page);
    await page.getByLabel("Name").focus();
    for (const text of ["Anna", PASSWORD, `${PASSWORD}!`]) {
      await page.keyboard.type(text);
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    const again = page.getByLabel("Password again");
    await page.locator(".field-error").waitFor();
    assert.equal(await errorOf(page, again), "This is not the same password.");
    assert.equal(await page.getByLabel("Name").inputValue(), "Anna");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await again.fill(PASSWORD);
    await again.press("Enter");
    await page.getByRole("link", { name: "Anna" }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/");
    assert.equal(services.users.hasAdmin(), true);
    // The link is of no more use: whoever has signed in is shown who they are.
    await page.goto(new URL("/setup", page.url()).href);
    await page.getByRole("heading", { name: "Anna" }).waitFor();
    await page.context().clearCookies();
    await page.goto(new URL("/audit?by=Anna", page.url()).href);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  },
);

pageTest(
  "signing in leads to where one wanted to go, says when it was wrong, and slows guesses down",
  {
    path: "/audit?by=Anna",
    ready: "form",
    services: await withAdmin(),
    expectedErrors: [REFUSED_FORM, ...Array(9).fill(REFUSED_FORM), /status of 429/],
  },
  async ({ page, services }) => {
    await assertGood(page);
    for (let i = 0; i < 10; i++) {
      await signIn(page, "anna", `wrong ${i}`);
      await page.getByText("Name or password is wrong").waitFor();
    }
    await assertGood(page);
    await signIn(page, "anna");
    await page.getByText("Too many attempts. Wait 30 s").waitFor();
    services.nowMs += 30_000;
    await signIn(page, "anna");
    await page.getByRole("heading", { name: "Audit" }).waitFor();
    assert.equal(new URL(page.url()).search, "?by=Anna");
    await page.getByText("slowed down guesses of the password of Anna").waitFor({ state: "detached" });
    await page.getByLabel("By").selectOption("Activity Tracker");
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByText("slowed down guesses of the password of Anna from 127.0.0.1").waitFor();
    await assertGood(page);
  },
);

pageTest(
  "without JavaScript an admin adds a viewer, who may look and not change, and is then shut out",
  {
    path: "/sign-in",
    ready: "form",
    services: await withAdmin(),
    context: { ...DESK, javaScriptEnabled: false },
    expectedErrors: [REFUSED_FORM, /status of 404/],
  },
  async ({ page, services }) => {
    await signIn(page, "anna");
    await page.goto(new URL("/users", page.url()).href);
    await page.getByText("Add a user").click();
    await page.getByLabel("Name").fill("<b>Ben</b>");
    await page.getByLabel("Password", { exact: true }).fill("aaaaaaaaaaaaaa");
    await page.getByRole("button", { name: "Add the user" }).click();
    assert.match(await errorOf(page, page.getByLabel("Password", { exact: true })), /easy to guess/);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Add the user" }).click();
    await page.getByText("The user is made.").waitFor();

    const viewer = await (await page.context().browser()!.newContext(DESK)).newPage();
    await viewer.goto(new URL("/sign-in?next=/account", page.url()).href);
    await signIn(viewer, "<b>ben</b>");
    await viewer.getByRole("heading", { name: "<b>Ben</b>" }).waitFor();
    assert.equal(await viewer.getByRole("link", { name: "Users" }).count(), 0);
    const response = await viewer.goto(new URL("/users", page.url()).href);
    assert.equal(response?.status(), 403);
    assert.match(
      await viewer.locator("main").innerText(),
      /Only admins may do this. You are signed in as <b>Ben<\/b>/,
    );

    await page.getByLabel("Change <b>Ben</b>").click();
    await page.getByRole("button", { name: "Disable" }).click();
    await page.getByText("Disabled: whoever was signed in is out").waitFor();
    await viewer.goto(new URL("/account", page.url()).href);
    await viewer.getByRole("heading", { name: "Sign in" }).waitFor();

    const answer = await page.goto(new URL("/users/nobody", page.url()).href);
    assert.equal(answer?.status(), 404);
    assert.equal(services.users.get("<b>ben</b>")!.disabled, true);
  },
);

pageTest(
  "the last admin cannot step back, and the page says why beside the button",
  { path: "/sign-in", ready: "form", services: await withAdmin(), expectedErrors: [REFUSED_FORM] },
  async ({ page }) => {
    await signIn(page, "anna");
    await page.goto(new URL("/users", page.url()).href);
    await page.getByLabel("Change Anna").click();
    await assertGood(page);
    await page.getByRole("button", { name: "Make a viewer" }).click();
    await page.getByRole("alert").getByText("last admin").waitFor();
    await assertGood(page);
  },
);

pageTest(
  "one makes a token, which is shown once and works, changes the password, and ends other sessions",
  {
    path: "/sign-in?next=/account",
    ready: "form",
    services: await withAdmin(),
    expectedErrors: [REFUSED_FORM, REFUSED_FORM],
  },
  async ({ page, services }) => {
    const phone = (await services.users.signIn("anna", PASSWORD, "Mozilla/5.0 (Android) Firefox/140.0"))!;
    await signIn(page, "anna");
    await page.getByText("Make a token").click();
    await page.getByLabel("What it is for").fill("nightly export");
    await assertGood(page);
    await page.getByRole("button", { name: "Make the token" }).click();
    const secret = await page.getByLabel("The token", { exact: true }).innerText();
    await assertGood(page);
    const ask = () =>
      fetch(new URL("/api/status", page.url()), { headers: { authorization: `Bearer ${secret}` } });
    const answer = await ask();
    assert.equal(answer.status, 200);
    await answer.body?.cancel();
    // The browser sends the form again.
    await page.reload();
    await page.getByText("is the name of another token of yours").waitFor();
    assert.equal((await page.content()).includes(secret), false);
    assert.equal(services.tokens.list().length, 1);
    await page.getByRole("button", { name: "Revoke token nightly export" }).click();
    await page.getByText("The token is revoked").waitFor();
    const refused = await ask();
    assert.equal(refused.status, 401);
    await refused.body?.cancel();

    await page.getByRole("button", { name: "End the session of Firefox on Android" }).click();
    await page.getByText("The session is ended.").waitFor();
    assert.equal(services.users.bySession(phone.secret), null);

    await page.locator("summary", { hasText: "Change the password" }).click();
    await page.getByLabel("Password until now").fill("guess");
    await page.getByLabel("New password", { exact: true }).fill("four random words");
    await page.getByLabel("New password again").fill("four random words");
    await page.getByRole("button", { name: "Change the password" }).click();
    const current = page.getByLabel("Password until now");
    await page.locator(".field-error").waitFor();
    assert.equal(await errorOf(page, current), "This is not your password.");
    await assertGood(page);
    await current.fill(PASSWORD);
    await page.getByLabel("New password", { exact: true }).fill("four random words");
    await page.getByLabel("New password again").fill("four random words");
    await page.getByRole("button", { name: "Change the password" }).click();
    await page.getByText("The password is changed.").waitFor();
    assert.equal(await services.users.isPassword("anna", "four random words"), true);

    await page.getByRole("button", { name: "Sign out everywhere" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assert.deepEqual(services.users.get("anna")!.sessions, []);
    assert.deepEqual((await page.context().cookies()).filter(({ name }) => name === "session"), []);
  },
);

pageTest(
  "the audit is paged, and narrows to one thing or one person by links",
  { path: "/audit", ready: ".entries", prepare: fillAudit },
  async ({ page }) => {
    await assertGood(page);
    assert.equal(await page.locator(".entries li").count(), 100);
    await page.getByRole("link", { name: "Older" }).click();
    await page.getByRole("link", { name: "Newest" }).waitFor();
    assert.equal(await page.locator(".entries li").count(), 20);
    await page.getByRole("link", { name: "All changes of device:phone-1", exact: true }).first().click();
    await page.locator("#entity").getByText("device:phone-1").waitFor({ state: "attached" });
    assert.equal(await page.locator(".entries li").count(), 60);
    await page.goBack();
    await page.getByLabel("About").selectOption("thresholds");
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByRole("heading", { name: "No such change" }).waitFor();
    await page.getByRole("link", { name: "Show all" }).click();
    await page.getByText("gave device “phone-0” a new key").first().waitFor();
  },
);

async function fillAudit({ log }: FakeServices): Promise<void> {
  for (let i = 0; i < 120; i++) {
    const entity = `device:phone-${i % 2}`;
    const version = Math.floor(i / 2) + 1;
    await log.appendControl({ entity, version, type: "device.keyIssued", atMs: i, by: "Anna", data: {} });
  }
}
