import { useContext } from "preact/hooks";
import { pagePath } from "../../islands/sessions/api.ts";
import type { Preview } from "../../web/services.ts";
import { SessionStrip } from "../sessions/SessionStrip.tsx";
import { formatTotal, titleOf } from "../sessions/words.ts";
import { Zone } from "../Time.tsx";
import { nameOf } from "./words.ts";

interface MostChangedProps {
  /** null: not known yet. */
  preview: Preview | null;
  names: Record<string, string>;
  /** ms since the Unix epoch. */
  nowMs: number;
}

/** The sessions in which most would change, before and after. */
export function MostChanged({ preview, names, nowMs }: MostChangedProps) {
  const zone = useContext(Zone);
  const sessions = preview?.mostChanged ?? [];
  return (
    <section class="panel" aria-labelledby="changed-title">
      <h2 id="changed-title">Most changed sessions</h2>
      {sessions.length === 0
        ? <p class="hint">With the values in the fields no session is answered differently.</p>
        : (
          <ol class="most-changed">
            {sessions.map((session) => (
              <li key={`${session.deviceId}\n${session.sessionId}`}>
                <p>
                  <a href={pagePath(session)}>
                    {titleOf(session, nameOf(session.deviceId, names), zone, nowMs)}
                  </a>
                  <span class="hint">
                    {`${formatTotal(session.changedMs)} of ${formatTotal(session.totalMs)} change`}
                  </span>
                </p>
                <span class="hint" aria-hidden="true">now</span>
                <SessionStrip pieces={session.before} name="Now" />
                <span class="hint" aria-hidden="true">then</span>
                <SessionStrip pieces={session.after} name="With these values" />
              </li>
            ))}
          </ol>
        )}
    </section>
  );
}
