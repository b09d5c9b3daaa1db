import type { ComponentChildren } from "preact";
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "../../control/user_state.ts";
import type { User } from "../../web/services.ts";
import { Field } from "../Field.tsx";
import { Time } from "../Time.tsx";

interface UserRowProps {
  user: User;
  /** Whether it is the one who looks at the page. */
  isSelf: boolean;
  /** What was wrong with a change of this user; null when nothing was. */
  errors: Record<string, string> | null;
}

/** A user, and under "Change" all that an admin may do. */
export function UserRow({ user, isSelf, errors }: UserRowProps) {
  const { name, role, disabled, createdAtMs, sessions } = user;
  return (
    <li>
      <div>
        <b>{name}</b>
        <span class="tag">{disabled ? "disabled" : role}</span>
        {isSelf && <span class="tag">you</span>}
        <p class="hint">
          since <Time ms={createdAtMs} precision="minute" />
          {sessions.length === 0 ? ", not signed in" : (
            <>
              , last signed in <Time ms={sessions[0].createdAtMs} precision="minute" />
            </>
          )}
        </p>
      </div>
      <details class="inner" open={errors !== null}>
        <summary aria-label={`Change ${name}`}>Change</summary>
        {errors?.[""] && <p class="form-error" role="alert">{errors[""]}</p>}
        {!disabled && <RoleButton {...user} />}
        {sessions.length > 0 && (
          <Action userId={user.userId} action="signOut" label="Sign out everywhere">
            Ends {name}'s {sessions.length === 1 ? "session" : `${sessions.length} sessions`}.
          </Action>
        )}
        <NewPassword user={user} error={errors?.password} />
        {disabled
          ? (
            <Action userId={user.userId} action="enable" label="Enable">
              {name} may sign in again, as a viewer.
            </Action>
          )
          : (
            <Action userId={user.userId} action="disable" label="Disable">
              {name} may not sign in any more: sessions end, tokens are refused. It can be undone.
            </Action>
          )}
        <Action userId={user.userId} action="remove" label={`Remove ${name}`} isDanger>
          Removes {name} for good, with sessions and tokens. What {name} changed stays, also in the audit.
        </Action>
      </details>
    </li>
  );
}

function RoleButton({ userId, name, role }: User) {
  return role === "admin"
    ? (
      <Action userId={userId} action="viewer" label="Make a viewer">
        {name} may then look, and change nothing.
      </Action>
    )
    : (
      <Action userId={userId} action="admin" label="Make an admin">
        {name} may then change everything, users too.
      </Action>
    );
}

interface ActionProps {
  userId: string;
  action: string;
  label: string;
  isDanger?: boolean;
  /** What it does. */
  children: ComponentChildren;
}

function Action({ userId, action, label, isDanger = false, children }: ActionProps) {
  return (
    <form class="action" method="post" action="/users">
      <input type="hidden" name="action" value={action} />
      <input type="hidden" name="userId" value={userId} />
      <p class="hint">{children}</p>
      <button type="submit" class={isDanger ? "danger" : undefined}>{label}</button>
    </form>
  );
}

function NewPassword({ user: { userId, name }, error }: { user: User; error?: string }) {
  return (
    <form class="action" method="post" action="/users">
      <input type="hidden" name="action" value="password" />
      <input type="hidden" name="userId" value={userId} />
      <Field
        id={`password-${userId}`}
        name="password"
        label={`New password for ${name}`}
        type="password"
        hint={`At least ${MIN_PASSWORD_LENGTH} characters. It ends ${name}'s sessions.`}
        error={error}
        autocomplete="new-password"
        required
        minLength={MIN_PASSWORD_LENGTH}
        maxLength={MAX_PASSWORD_LENGTH}
      />
      <button type="submit">Set</button>
    </form>
  );
}
