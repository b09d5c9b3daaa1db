import { Field } from "../components/Field.tsx";
import { sessionCookie } from "../web/auth/cookie.ts";
import { ownPath } from "../web/auth/next_path.ts";
import type { Context, PageData, PageProps, RouteModule } from "../web/define.ts";
import { handlers } from "../web/define.ts";
import { field, readForm, seeOther } from "../web/forms.ts";

export const title = "Sign in";
export const styles = ["/account.css"];
export const access: RouteModule["access"] = { GET: "open", POST: "open" };

interface SignInData {
  name: string;
  next: string;
  /** What is wrong; null on the first visit. */
  error: string | null;
}

export const handler = handlers<SignInData>({
  GET: ({ url, services, who }) => {
    if (!services.users.hasAdmin()) return seeOther("/setup");
    const next = ownPath(url.searchParams.get("next"));
    if (who !== null) return seeOther(next);
    return { data: { name: "", next, error: null } };
  },

  async POST(ctx) {
    const { req, services, who, remote } = ctx;
    if (!services.users.hasAdmin()) return seeOther("/setup");
    const form = await readForm(req);
    const name = field(form, "name");
    const next = ownPath(form.get("next"));
    const agent = req.headers.get("user-agent") ?? "";
    const result = await services.signIns.attempt(name, field(form, "password"), agent, remote);
    if (result.state !== "in") return refuse(result, { name: name.slice(0, 64), next });
    await endSession(ctx, who);
    return seeOther(next, { "set-cookie": sessionCookie(req, result.secret) });
  },
});

/** One that the browser had before would stay open without anybody having it. */
async function endSession({ services }: Context, who: Context["who"]): Promise<void> {
  if (who === null || who.userId === null) return;
  await services.users.signOut(who.userId, who.sessionId, who.name);
}

function refuse(
  result: { state: "wrong" } | { state: "slowed"; waitMs: number },
  tried: { name: string; next: string },
): PageData<SignInData> {
  if (result.state === "wrong") {
    const error = "Name or password is wrong. An admin can set a new password under Users.";
    return { data: { ...tried, error }, status: 422 };
  }
  const waitS = Math.ceil(result.waitMs / 1000);
  const error = `Too many attempts. Wait ${waitS} s, then try again.`;
  return { data: { ...tried, error }, status: 429, headers: { "retry-after": String(waitS) } };
}

export default function SignInPage({ data: { name, next, error } }: PageProps<SignInData>) {
  return (
    <form class="panel narrow" method="post" action="/sign-in">
      <h1>Sign in</h1>
      {error !== null && <p class="form-error" role="alert">{error}</p>}
      <input type="hidden" name="next" value={next} />
      <Field
        id="name"
        name="name"
        label="Name"
        value={name}
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        required
        autofocus={name === ""}
      />
      <Field
        id="password"
        name="password"
        label="Password"
        type="password"
        autocomplete="current-password"
        required
        autofocus={name !== ""}
      />
      <button type="submit" class="primary">Sign in</button>
    </form>
  );
}
