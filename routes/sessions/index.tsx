import { ActivityTotals } from "../../components/sessions/ActivityTotals.tsx";
import { FilterForm, isFiltered } from "../../components/sessions/FilterForm.tsx";
import { SessionStrip } from "../../components/sessions/SessionStrip.tsx";
import { formatTotal, labelsText } from "../../components/sessions/words.ts";
import { StripPattern } from "../../components/Strip.tsx";
import SessionsImport from "../../islands/SessionsImport.tsx";
import SessionsRow from "../../islands/SessionsRow.tsx";
import SessionsToast from "../../islands/SessionsToast.tsx";
import { handlers, type PageProps } from "../../web/define.ts";
import type { SessionSummary } from "../../web/services.ts";
import { listPath, loadSessionList, type SessionListPage } from "../../web/sessions_page.ts";
import { zoneOf } from "../../web/zone.ts";

export const title = "Sessions";
export const styles = ["/sessions.css"];

interface SessionsData {
  list: SessionListPage;
  canEdit: boolean;
}

export const handler = handlers<SessionsData>({
  GET: async ({ req, url, services, who }) => {
    const list = await loadSessionList(services, url, zoneOf(req.headers.get("cookie")), Date.now());
    return { data: { list, canEdit: who?.role === "admin" } };
  },
});

export default function SessionsPage({ data: { list, canEdit } }: PageProps<SessionsData>) {
  const { filter, items, isOlder, olderPath } = list;
  const isBare = items.length === 0 && !isFiltered(filter) && !isOlder;
  return (
    <>
      <div class="bar">
        <h1>Sessions</h1>
        {canEdit && (
          <div class="actions">
            <SessionsImport />
          </div>
        )}
      </div>
      {!isBare && <FilterForm {...list} />}
      {items.length === 0 ? <Nothing filter={filter} isOlder={isOlder} /> : (
        <>
          <StripPattern />
          <ol class="session-list" aria-label="Sessions, newest first">
            {items.map((session) => (
              <Row
                key={`${session.deviceId}\n${session.sessionId}`}
                session={session}
                list={list}
                canEdit={canEdit}
              />
            ))}
          </ol>
        </>
      )}
      {(isOlder || olderPath !== null) && (
        <nav class="pages" aria-label="Pages of sessions">
          {isOlder && <a class="button" href={listPath(filter)}>Newest</a>}
          {olderPath !== null && <a class="button" rel="next" href={olderPath}>Older</a>}
        </nav>
      )}
      {canEdit && items.length > 0 && <SessionsToast />}
    </>
  );
}

interface RowProps {
  session: SessionSummary;
  list: SessionListPage;
  canEdit: boolean;
}

function Row({ session, list, canEdit }: RowProps) {
  const { sessionId, deviceId, name, startedAt, endedAt, live, totals, labels, strip } = session;
  const head = {
    sessionId,
    deviceId,
    name,
    startedAt,
    live,
    canEdit,
    nowMs: list.nowMs,
    deviceName: list.names[deviceId],
  };
  return (
    <li class="card session-row">
      <SessionsRow {...head} />
      <SessionStrip pieces={strip} />
      <div class="session-facts">
        <ActivityTotals totals={totals} />
        <p class="hint">
          {labels.length > 0 && <span>{labelsText(labels)}</span>}
          {startedAt !== null && endedAt !== null && <span>{formatTotal(endedAt - startedAt)}</span>}
        </p>
      </div>
    </li>
  );
}

function Nothing({ filter, isOlder }: Pick<SessionListPage, "filter" | "isOlder">) {
  if (isOlder) {
    return (
      <section class="empty-state">
        <h2>No older sessions</h2>
      </section>
    );
  }
  if (isFiltered(filter)) {
    return (
      <section class="empty-state">
        <h2>No session matches</h2>
        <p>There may be others with fewer conditions.</p>
        <p>
          <a class="button" href="/sessions">Clear filters</a>
        </p>
      </section>
    );
  }
  return (
    <section class="empty-state">
      <h2>No sessions yet</h2>
      <p>A session appears here a few seconds after a phone has sent its first readings.</p>
      <p>
        <a class="button" href="/">See the ways in</a>
      </p>
    </section>
  );
}
