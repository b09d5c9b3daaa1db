import type { ApiToken } from "../../web/services.ts";
import { Field } from "../Field.tsx";
import { Time } from "../Time.tsx";

/** Days until a new token ends, by what the form offers. */
const LIFETIMES: [days: string, name: string][] = [
  ["30", "in 30 days"],
  ["90", "in 90 days"],
  ["365", "in a year"],
  ["", "never"],
];

/** A token that was just made. */
export function TokenSecret({ token, secret }: { token: ApiToken; secret: string }) {
  return (
    <section class="panel secret" role="status">
      <h2>Token “{token.name}” is made</h2>
      <p>Copy it now: it is not shown again.</p>
      <div class="copy">
        <code tabIndex={0} aria-label="The token">{secret}</code>
      </div>
    </section>
  );
}

interface TokenTableProps {
  tokens: ApiToken[];
  /** Where to post to. */
  action: string;
  showsOwner?: boolean;
}

/** Tokens in force, and how to revoke them. */
export function TokenTable({ tokens, action, showsOwner = false }: TokenTableProps) {
  if (tokens.length === 0) return <p class="none">None yet.</p>;
  return (
    <ul class="rows">
      {tokens.map(({ tokenId, name, ownerName, scopes, createdAtMs, expiresAtMs }) => (
        <li key={tokenId}>
          <div>
            <b>{name}</b>
            <span class="tag">{scopes.includes("admin") ? "changes things" : "reads"}</span>
            <p class="hint">
              {showsOwner && `${ownerName}, `}
              since <Time ms={createdAtMs} precision="minute" />,{" "}
              {expiresAtMs === null ? "without end" : <Until ms={expiresAtMs} />}
            </p>
          </div>
          <form method="post" action={action}>
            <input type="hidden" name="action" value="revoke" />
            <input type="hidden" name="tokenId" value={tokenId} />
            <button type="submit" class="quiet" aria-label={`Revoke token ${name}`}>Revoke</button>
          </form>
        </li>
      ))}
    </ul>
  );
}

function Until({ ms }: { ms: number }) {
  return (
    <>
      {ms <= Date.now() ? "ended" : "until"} <Time ms={ms} precision="minute" />
    </>
  );
}

interface TokenFormProps {
  isAdmin: boolean;
  errors: Record<string, string>;
}

/** Makes a token. */
export function TokenForm({ isAdmin, errors }: TokenFormProps) {
  return (
    <details class="inner" open={Object.keys(errors).length > 0}>
      <summary>Make a token</summary>
      <form class="columns" method="post" action="/account">
        {errors[""] && <p class="form-error" role="alert">{errors[""]}</p>}
        <input type="hidden" name="action" value="token" />
        <Field
          id="token-name"
          name="name"
          label="What it is for"
          placeholder="nightly export"
          error={errors.name}
          required
          maxLength={64}
        />
        <div class="field">
          <label for="scope">It may</label>
          <select id="scope" name="scope">
            <option value="read">read</option>
            {isAdmin && <option value="admin">read, and change things</option>}
          </select>
        </div>
        <div class="field">
          <label for="days">It ends</label>
          <select id="days" name="days">
            {LIFETIMES.map(([days, name]) => <option key={name} value={days}>{name}</option>)}
          </select>
        </div>
        <button type="submit" class="primary">Make the token</button>
      </form>
    </details>
  );
}
