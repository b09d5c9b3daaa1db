import { NewPassword } from "../components/account/NewPassword.tsx";
import { Field } from "../components/Field.tsx";
import { sessionCookie } from "../web/auth/cookie.ts";
import { type Context, handlers, type PageData, type PageProps, type RouteModule } from "../web/define.ts";
import { attempt, type FormErrors } from "../web/form_errors.ts";
import { field, readForm, seeOther } from "../web/forms.ts";

export const title = "Set up sign-in";
export const styles = ["/account.css"];
export const access: RouteModule["access"] = { GET: "open", POST: "open" };

type SetupData = { state: "taken" } | { state: "linkNeeded"; hasCode: boolean } | {
  state: "form";
  code: string;
  name: string;
  errors: FormErrors;
};

export const handler = handlers<SetupData>({
  GET: (ctx) => {
    if (ctx.services.users.hasAdmin() && ctx.who !== null) return seeOther("/account");
    const code = ctx.url.searchParams.get("code") ?? "";
    return barrier(ctx, code) ?? { data: { state: "form", code, name: "", errors: {} } };
  },

  async POST(ctx) {
    const { req, services } = ctx;
    const form = await readForm(req);
    const code = field(form, "code");
    const barred = barrier(ctx, code);
    if (barred) return barred;
    const name = field(form, "name");
    const password = field(form, "password");
    const again = (status: number, errors: FormErrors): PageData<SetupData> => ({
      data: { state: "form", code, name: name.slice(0, 64), errors },
      status,
    });
    if (password !== field(form, "again")) return again(422, { again: "This is not the same password." });
    let secret = "";
    const failed = await attempt(async () => {
      secret = await services.users.makeFirstAdmin(name, password, req.headers.get("user-agent") ?? "");
    });
    if (failed) return services.users.hasAdmin() ? barrier(ctx, code)! : again(failed.status, failed.errors);
    return seeOther("/", { "set-cookie": sessionCookie(req, secret) });
  },
});

/** What keeps someone from making the first admin; null: nothing. */
function barrier({ req, services, who }: Context, code: string): PageData<SetupData> | null {
  if (services.users.hasAdmin()) {
    return { data: { state: "taken" }, status: req.method === "POST" ? 409 : 200 };
  }
  if (who !== null || services.setupLink.isCode(code)) return null;
  return { data: { state: "linkNeeded", hasCode: code !== "" }, status: 403 };
}

export default function SetupPage({ data }: PageProps<SetupData>) {
  if (data.state === "taken") return <Taken />;
  if (data.state === "linkNeeded") return <LinkNeeded hasCode={data.hasCode} />;
  const { code, name, errors } = data;
  return (
    <form class="panel narrow" method="post" action="/setup">
      <h1>Make the first admin</h1>
      <p class="hint">
        From then on everybody signs in, on this machine too. Phones go on as they are. Admins add others, who
        may look or change things, under Users.
      </p>
      {errors[""] && <p class="form-error" role="alert">{errors[""]}</p>}
      <input type="hidden" name="code" value={code} />
      <Field
        id="name"
        name="name"
        label="Name"
        value={name}
        error={errors.name}
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        required
        maxLength={64}
        autofocus={!errors.password && !errors.again}
      />
      <NewPassword
        id="password"
        label="Password"
        error={errors.password}
        autofocus={Boolean(errors.password || errors.again)}
      />
      <Field
        id="again"
        name="again"
        label="Password again"
        type="password"
        error={errors.again}
        autocomplete="new-password"
        required
      />
      <button type="submit" class="primary">Make admin and sign in</button>
    </form>
  );
}

function Taken() {
  return (
    <section class="panel narrow">
      <h1>There is an admin already</h1>
      <p>
        The first admin can be made once. Sign in, or ask an admin to add you. If nobody you know is the
        admin, stop the server: someone else had the link.
      </p>
      <p>
        <a class="button" href="/sign-in">Sign in</a>
      </p>
    </section>
  );
}

function LinkNeeded({ hasCode }: { hasCode: boolean }) {
  return (
    <section class="panel narrow">
      <h1>{hasCode ? "This link does not work" : "Open the link that the server printed"}</h1>
      <p>
        {hasCode
          ? "It belongs to another start, or another process, of the server."
          : "There is no admin yet, and you are not on the machine that runs the server."}{" "}
        The server prints a link when it starts,{" "}
        <code>…/setup?code=…</code>, in its terminal or its log (<code>docker compose logs app</code>). Open
        the newest one.
      </p>
    </section>
  );
}
