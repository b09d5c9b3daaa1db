import type { UserSession } from "../../web/services.ts";
import { browserName } from "../browser_name.ts";
import { Time } from "../Time.tsx";

interface SessionTableProps {
  sessions: UserSession[];
  /** The one that shows this. */
  currentId: string;
}

/** Where one is signed in, and how to end it. */
export function SessionTable({ sessions, currentId }: SessionTableProps) {
  return (
    <section class="panel">
      <div class="bar">
        <h2>Signed in</h2>
        <form class="actions" method="post" action="/account">
          <input type="hidden" name="action" value="signOutEverywhere" />
          <button type="submit">Sign out everywhere</button>
        </form>
      </div>
      <ul class="rows">
        {sessions.map(({ id, agent, createdAtMs, expiresAtMs }) => (
          <li key={id}>
            <div>
              <b title={agent}>{browserName(agent)}</b>
              {id === currentId && <span class="tag">this one</span>}
              <p class="hint">
                since <Time ms={createdAtMs} precision="minute" />, until{" "}
                <Time ms={expiresAtMs} precision="minute" /> at the latest
              </p>
            </div>
            {id !== currentId && (
              <form method="post" action="/account">
                <input type="hidden" name="action" value="end" />
                <input type="hidden" name="sessionId" value={id} />
                <button type="submit" class="quiet" aria-label={`End the session of ${browserName(agent)}`}>
                  End
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
