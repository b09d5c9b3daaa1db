import SessionPage, { type SessionPageProps } from "../../islands/SessionPage.tsx";
import { handlers, type PageProps } from "../../web/define.ts";
import { loadSessionPage } from "../../web/sessions_page.ts";

export const title = "Session";
export const styles = ["/sessions.css"];

export const handler = handlers<SessionPageProps | null>({
  GET: async ({ params: { sessionId }, url, services, who }) => {
    const found = await loadSessionPage(services, sessionId, url, Date.now());
    if (found === null) return { data: null, status: 404 };
    return { data: { ...found, canEdit: who?.role === "admin" } };
  },
});

export default function OneSession({ data, params: { sessionId } }: PageProps<SessionPageProps | null>) {
  if (data !== null) return <SessionPage {...data} />;
  return (
    <section class="message">
      <h1>There is no such session</h1>
      <p>
        {`It may have been deleted, or ${JSON.stringify(sessionId.slice(0, 128))} may be mistyped.`}
      </p>
      <p>
        <a class="button" href="/sessions">All sessions</a>
      </p>
    </section>
  );
}
