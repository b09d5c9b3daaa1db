import { AccountNav } from "../components/AccountNav.tsx";
import { TokenTable } from "../components/account/Tokens.tsx";
import { UserRow } from "../components/account/UserRow.tsx";
import { NewPassword } from "../components/account/NewPassword.tsx";
import { Field } from "../components/Field.tsx";
import { revokeToken } from "../web/auth/token_owner.ts";
import { type Context, handlers, type PageData, type PageProps, type RouteModule } from "../web/define.ts";
import { attempt, type FormErrors } from "../web/form_errors.ts";
import { field, readForm, seeOther } from "../web/forms.ts";
import { HttpProblem } from "../web/problem.ts";
import type { ApiToken, User } from "../web/services.ts";

export const title = "Users";
export const styles = ["/account.css"];
export const access: RouteModule["access"] = { GET: "admin", POST: "admin" };

/** What was just done, by its name in the address. */
const DONE: Record<string, string> = {
  created: "The user is made. Hand over name and password; the password can be changed under Your account.",
  admin: "Made an admin.",
  viewer: "Made a viewer.",
  password: "The password is set, and the sessions are ended.",
  signOut: "Signed out everywhere.",
  disable: "Disabled: whoever was signed in is out, and may not sign in again.",
  enable: "Enabled, as a viewer.",
  remove: "Removed, with sessions and tokens.",
  revoke: "The token is revoked: whatever still uses it is refused.",
};

interface UsersData {
  users: User[];
  tokens: ApiToken[];
  /** The one who looks at the page; null before there is an admin. */
  selfId: string | null;
  done: string | null;
  /** What was wrong, and with whom: a user's id, or "" for a new one. */
  failed: { userId: string; errors: FormErrors } | null;
  /** Of a new user that could not be made. */
  tried: { name: string; isAdmin: boolean };
}

export const handler = handlers<UsersData>({
  GET: (ctx) => page(ctx, { done: DONE[ctx.url.searchParams.get("done") ?? ""] ?? null }),

  async POST(ctx) {
    const form = await readForm(ctx.req);
    const action = field(form, "action");
    const userId = field(form, "userId");
    const run = actionOf(ctx, action, form);
    const failed = await attempt(run);
    if (failed === null) return seeOther(`/users?done=${action}`);
    const { status, errors } = failed;
    const tried = { name: field(form, "name").slice(0, 64), isAdmin: field(form, "role") === "admin" };
    return page(ctx, { failed: { userId, errors }, tried }, status);
  },
});

function actionOf({ services, who }: Context, action: string, form: URLSearchParams): () => Promise<unknown> {
  const { users } = services;
  const userId = field(form, "userId");
  const by = who!.name;
  switch (action) {
    case "created": {
      const role = field(form, "role") === "admin" ? "admin" : "viewer";
      return () => users.create(field(form, "name"), role, field(form, "password"), by);
    }
    case "admin":
    case "viewer":
      return () => users.setRole(userId, action, by);
    case "password":
      return () => users.setPassword(userId, field(form, "password"), null, by);
    case "signOut":
      return () => users.signOut(userId, null, by);
    case "disable":
    case "enable":
      return () => users.setDisabled(userId, action === "disable", by);
    case "remove":
      return () => users.remove(userId, by);
    case "revoke":
      return () => revokeToken(services, who!, field(form, "tokenId"));
    default:
      throw new HttpProblem(400, "The form has no action that is known. Open the users page again.");
  }
}

function page({ services, who }: Context, more: Partial<UsersData>, status?: number): PageData<UsersData> {
  const data: UsersData = {
    users: services.users.list(),
    tokens: services.tokens.list(),
    selfId: who!.userId,
    done: null,
    failed: null,
    tried: { name: "", isAdmin: false },
    ...more,
  };
  return { data, status };
}

export default function UsersPage({ data }: PageProps<UsersData>) {
  const { users, tokens, selfId, done, failed, tried } = data;
  const known = users.some(({ userId }) => userId === failed?.userId);
  return (
    <div class="account-page">
      <AccountNav current="/users" isAdmin />
      <h1>Users</h1>
      {done !== null && <p class="done" role="status">{done}</p>}
      {failed !== null && failed.userId !== "" && !known && (
        <p class="form-error" role="alert">{Object.values(failed.errors).join(" ")}</p>
      )}
      {users.length === 0 ? <NobodyYet /> : (
        <>
          <ul class="rows panel">
            {users.map((user) => (
              <UserRow
                key={user.userId}
                user={user}
                isSelf={user.userId === selfId}
                errors={failed?.userId === user.userId ? failed.errors : null}
              />
            ))}
          </ul>
          <NewUser errors={failed?.userId === "" ? failed.errors : null} {...tried} />
        </>
      )}
      {tokens.length > 0 && (
        <section class="panel">
          <h2>API tokens of everyone</h2>
          <TokenTable tokens={tokens} action="/users" showsOwner />
        </section>
      )}
    </div>
  );
}

function NobodyYet() {
  return (
    <section class="empty-state">
      <h2>Nobody signs in yet</h2>
      <p>
        Until there is an admin, whoever sits at this machine may do everything, and nobody else anything.
      </p>
      <p>
        <a class="button" href="/setup">Make the first admin</a>
      </p>
    </section>
  );
}

interface NewUserProps {
  errors: FormErrors | null;
  name: string;
  isAdmin: boolean;
}

function NewUser({ errors, name, isAdmin }: NewUserProps) {
  return (
    <details class="panel" open={errors !== null}>
      <summary>
        <h2>Add a user</h2>
      </summary>
      <form class="columns" method="post" action="/users">
        {errors?.[""] && <p class="form-error" role="alert">{errors[""]}</p>}
        <input type="hidden" name="action" value="created" />
        <Field
          id="new-name"
          name="name"
          label="Name"
          value={name}
          error={errors?.name}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          required
          maxLength={64}
        />
        <NewPassword id="new-password" label="Password" error={errors?.password} />
        <div class="field">
          <label for="new-role">Role</label>
          <select id="new-role" name="role">
            <option value="viewer" selected={!isAdmin}>Viewer: may look</option>
            <option value="admin" selected={isAdmin}>Admin: may look and change things</option>
          </select>
        </div>
        <button type="submit" class="primary">Add the user</button>
      </form>
    </details>
  );
}
