import { Field } from "../Field.tsx";
import { NewPassword } from "./NewPassword.tsx";

interface PasswordFormProps {
  userName: string;
  errors: Record<string, string>;
}

/** Changes one's own password. */
export function PasswordForm({ userName, errors }: PasswordFormProps) {
  return (
    <details class="panel" open={Object.keys(errors).length > 0}>
      <summary>
        <h2>Change the password</h2>
      </summary>
      <form class="columns" method="post" action="/account">
        {errors[""] && <p class="form-error" role="alert">{errors[""]}</p>}
        <input type="hidden" name="action" value="password" />
        {/* Password managers want to know whose it is. */}
        <input type="text" name="name" value={userName} autocomplete="username" hidden readOnly />
        <Field
          id="current"
          name="current"
          label="Password until now"
          type="password"
          error={errors.current}
          autocomplete="current-password"
          required
        />
        <NewPassword id="password" label="New password" error={errors.password} />
        <Field
          id="again"
          name="again"
          label="New password again"
          type="password"
          error={errors.again}
          autocomplete="new-password"
          required
        />
        <button type="submit" class="primary">Change the password</button>
      </form>
    </details>
  );
}
