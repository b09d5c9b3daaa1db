import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "../../control/user_state.ts";
import { Field } from "../Field.tsx";

interface NewPasswordProps {
  id: string;
  label: string;
  error?: string | null;
  autofocus?: boolean;
}

/** A password that somebody chooses. */
export function NewPassword(props: NewPasswordProps) {
  return (
    <Field
      name="password"
      type="password"
      hint={`At least ${MIN_PASSWORD_LENGTH} characters; four random words are good.`}
      autocomplete="new-password"
      required
      minLength={MIN_PASSWORD_LENGTH}
      maxLength={MAX_PASSWORD_LENGTH}
      {...props}
    />
  );
}
