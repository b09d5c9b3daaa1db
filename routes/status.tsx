import Status, { type StatusProps } from "../islands/Status.tsx";
import { handlers, type PageProps } from "../web/define.ts";
import { loadStatus } from "../web/status.ts";

export const title = "Status";
export const styles = ["/status.css"];

export const handler = handlers<StatusProps>({
  GET: async ({ services }) => ({ data: { initial: await loadStatus(services, Date.now()) } }),
});

export default function StatusPage({ data }: PageProps<StatusProps>) {
  return <Status {...data} />;
}
