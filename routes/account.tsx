import { AccountNav } from "../components/AccountNav.tsx";
import { PasswordForm } from "../components/account/PasswordForm.tsx";
import { SessionTable } from "../components/account/SessionTable.tsx";
import { TokenForm, TokenSecret, TokenTable } from "../components/account/Tokens.tsx";
import { sessionCookie } from "../web/auth/cookie.ts";
import { createOwnToken, ownTokens, revokeToken } from "../web/auth/token_owner.ts";
import { type Context, handlers, type PageData, type PageProps, type RouteModule } from "../web/define.ts";
import { attempt, type FormErrors } from "../web/form_errors.ts";
import { field, readForm, seeOther } from "../web/forms.ts";
import { HttpProblem } from "../web/problem.ts";
import type { ApiToken, User } from "../web/services.ts";

export const title = "Your account";
export const styles = ["/account.css"];
export const access: RouteModule["access"] = { GET: "viewer", POST: "viewer" };

/** What was just done, by its name in the address. */
const DONE: Record<string, string> = {
  password: "The password is changed. Your other sessions are ended.",
  ended: "The session is ended.",
  revoked: "The token is revoked: whatever still uses it is refused.",
};
const DAY_MS = 86_400_000;

interface AccountData {
  user: User;
  sessionId: string;
  tokens: ApiToken[];
  done: string | null;
  /** Of which form the errors are. */
  form: "password" | "token" | null;
  errors: FormErrors;
  /** A token that was just made, and its secret. */
  issued: { token: ApiToken; secret: string } | null;
}

export const handler = handlers<AccountData>({
  GET: (ctx) => {
    if (ctx.who!.via === "local") return seeOther("/setup");
    return page(ctx, { done: DONE[ctx.url.searchParams.get("done") ?? ""] ?? null });
  },

  async POST(ctx) {
    const { req, services: { users }, who } = ctx;
    const { userId, sessionId } = signedIn(ctx);
    const form = await readForm(req);
    switch (field(form, "action")) {
      case "signOut":
        await users.signOut(userId, sessionId, who!.name);
        return seeOther("/sign-in", { "set-cookie": sessionCookie(req, null) });
      case "signOutEverywhere":
        await users.signOut(userId, null, who!.name);
        return seeOther("/sign-in", { "set-cookie": sessionCookie(req, null) });
      case "end":
        await users.signOut(userId, field(form, "sessionId"), who!.name);
        return seeOther("/account?done=ended");
      case "password":
        return await changePassword(ctx, form);
      case "token":
        return await makeToken(ctx, form);
      case "revoke":
        await revokeToken(ctx.services, who!, field(form, "tokenId"));
        return seeOther("/account?done=revoked");
      default:
        throw new HttpProblem(400, "The form has no action that is known. Open the account page again.");
    }
  },
});

async function changePassword(
  ctx: Context,
  form: URLSearchParams,
): Promise<Response | PageData<AccountData>> {
  const { services: { users, signIns }, who, remote } = ctx;
  const { userId, sessionId } = signedIn(ctx);
  const again = (status: number, errors: FormErrors) => page(ctx, { form: "password", errors }, status);
  const password = field(form, "password");
  if (password !== field(form, "again")) return again(422, { again: "This is not the same password." });
  // A browser left open must not do for guessing either.
  const allowed = await signIns.check(userId, field(form, "current"), remote);
  if (allowed.state === "slowed") {
    const waitS = Math.ceil(allowed.waitMs / 1000);
    return again(429, { current: `Too many attempts. Wait ${waitS} s, then try again.` });
  }
  if (allowed.state === "wrong") return again(422, { current: "This is not your password." });
  const failed = await attempt(() => users.setPassword(userId, password, sessionId, who!.name));
  if (failed) return again(failed.status, failed.errors);
  return seeOther("/account?done=password");
}

async function makeToken(ctx: Context, form: URLSearchParams): Promise<PageData<AccountData>> {
  const days = Number(field(form, "days"));
  const request = {
    name: field(form, "name"),
    scopes: [field(form, "scope") === "admin" ? "admin" as const : "read" as const],
    expiresAtMs: days > 0 ? Date.now() + days * DAY_MS : null,
  };
  let issued: AccountData["issued"] = null;
  const failed = await attempt(async () =>
    void (issued = await createOwnToken(ctx.services, ctx.who!, request))
  );
  if (failed) return page(ctx, { form: "token", errors: failed.errors }, failed.status);
  return page(ctx, { issued }, 201);
}

/** @throws HttpProblem 403 for those who have no account */
function signedIn({ who }: Context): { userId: string; sessionId: string } {
  const { userId, sessionId, via } = who!;
  if (userId !== null && sessionId !== null) return { userId, sessionId };
  throw new HttpProblem(
    403,
    via === "token" ? "A token has no account." : "There is no account yet: make the first admin at /setup.",
  );
}

function page(ctx: Context, more: Partial<AccountData>, status?: number): PageData<AccountData> {
  const { services } = ctx;
  const { userId, sessionId } = signedIn(ctx);
  const user = services.users.get(userId);
  if (user === null) throw new HttpProblem(404, "Your account was removed.");
  const tokens = ownTokens(services, userId);
  return {
    data: { user, sessionId, tokens, done: null, form: null, errors: {}, issued: null, ...more },
    status,
  };
}

export default function AccountPage({ data }: PageProps<AccountData>) {
  const { user, sessionId, tokens, done, form, errors, issued } = data;
  const isAdmin = user.role === "admin";
  return (
    <div class="account-page">
      <AccountNav current="/account" isAdmin={isAdmin} />
      <div class="bar">
        <div>
          <h1>{user.name}</h1>
          <p class="hint">{isAdmin ? "Admin: may look and change things" : "Viewer: may look"}</p>
        </div>
        <form class="actions" method="post" action="/account">
          <input type="hidden" name="action" value="signOut" />
          <button type="submit">Sign out</button>
        </form>
      </div>
      {done !== null && <p class="done" role="status">{done}</p>}
      {issued && <TokenSecret {...issued} />}
      <SessionTable sessions={user.sessions} currentId={sessionId} />
      <PasswordForm userName={user.name} errors={form === "password" ? errors : {}} />
      <section class="panel">
        <h2>API tokens</h2>
        <p class="hint">
          For programs that call the API:{" "}
          <code>Authorization: Bearer att_…</code>. A token may do no more than you, and ends with your
          account. Phones have keys instead, under Devices.
        </p>
        <TokenTable tokens={tokens} action="/account" />
        <TokenForm isAdmin={isAdmin} errors={form === "token" ? errors : {}} />
      </section>
    </div>
  );
}
