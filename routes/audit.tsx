import { AccountNav } from "../components/AccountNav.tsx";
import { Time } from "../components/Time.tsx";
import { handlers, type PageProps, type RouteModule } from "../web/define.ts";
import { auditQuery } from "../web/schemas/users.ts";
import type { AuditEntry } from "../web/services.ts";
import { parseQuery } from "../web/validate.ts";

export const title = "Audit";
export const styles = ["/account.css"];
export const access: RouteModule["access"] = { GET: "admin" };

/** Kinds of entities that events are about. */
const KINDS: [kind: string, name: string][] = [
  ["device", "devices"],
  ["pairing", "pairing codes"],
  ["session", "sessions"],
  ["thresholds", "thresholds"],
  ["deadLetter", "dead letters"],
  ["user", "users"],
  ["admins", "who is admin"],
  ["token", "API tokens"],
  ["signIn", "guessed passwords"],
];

interface AuditData {
  items: AuditEntry[];
  nextBefore: number | null;
  people: string[];
  by: string;
  entity: string;
  isFirstPage: boolean;
}

export const handler = handlers<AuditData>({
  GET: ({ url, services }) => {
    const query = parseQuery(auditQuery, url);
    const { by = "", entity = "", before } = query;
    const people = services.audit.people();
    // A name that has made no change any more is still what is chosen.
    if (by !== "" && !people.includes(by)) people.push(by);
    return {
      data: { ...services.audit.list(query), people, by, entity, isFirstPage: before === undefined },
    };
  },
});

export default function AuditPage({ data }: PageProps<AuditData>) {
  const { items, nextBefore, by, entity, isFirstPage } = data;
  const isFiltered = by !== "" || entity !== "";
  return (
    <div class="account-page">
      <AccountNav current="/audit" isAdmin />
      <h1>Audit</h1>
      <p class="lead hint">Who changed what and when: the newest 5,000 changes. The log keeps them all.</p>
      <Filters {...data} />
      {items.length === 0
        ? (
          <section class="empty-state">
            <h2>{isFiltered ? "No such change" : "Nothing was changed yet"}</h2>
            {isFiltered && (
              <p>
                <a class="button" href="/audit">Show all</a>
              </p>
            )}
          </section>
        )
        : <Entries items={items} />}
      <p class="pages">
        {!isFirstPage && <a class="button" href={address(by, entity)}>Newest</a>}
        {nextBefore !== null && <a class="button" rel="next" href={address(by, entity, nextBefore)}>Older</a>}
      </p>
    </div>
  );
}

function Filters({ people, by, entity }: AuditData) {
  const isOneThing = entity !== "" && !KINDS.some(([kind]) => kind === entity);
  return (
    <form class="filters" method="get" action="/audit">
      <div>
        <label for="by">By</label>
        <select id="by" name="by">
          <option value="">everyone</option>
          {people.map((name) => <option key={name} value={name} selected={name === by}>{name}</option>)}
        </select>
      </div>
      <div>
        <label for="entity">About</label>
        <select id="entity" name="entity">
          <option value="">everything</option>
          {isOneThing && <option value={entity} selected>{shown(entity)}</option>}
          {KINDS.map(([kind, name]) => (
            <option key={kind} value={kind} selected={kind === entity}>{name}</option>
          ))}
        </select>
      </div>
      <button type="submit">Show</button>
    </form>
  );
}

function Entries({ items }: { items: AuditEntry[] }) {
  return (
    <ol class="entries panel">
      {items.map(({ seq, atMs, by, entity, what }) => (
        <li key={seq}>
          <Time ms={atMs} />
          <p>
            <a href={address(by, "")} title={`All changes by ${by}`}>{by}</a> {what}
          </p>
          <a class="about" href={address("", entity)} aria-label={`All changes of ${shown(entity)}`}>
            {shown(entity)}
          </a>
        </li>
      ))}
    </ol>
  );
}

/** Ids of two parts have a line break between them. */
const shown = (entity: string) => entity.replaceAll("\n", " / ");

function address(by: string, entity: string, before?: number): string {
  const query = new URLSearchParams();
  if (by) query.set("by", by);
  if (entity) query.set("entity", entity);
  if (before !== undefined) query.set("before", String(before));
  return query.size === 0 ? "/audit" : `/audit?${query}`;
}
