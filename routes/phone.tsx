import Phone from "../islands/Phone.tsx";
import type { RouteModule } from "../web/define.ts";

export const title = "Phone";
export const styles = ["/phone.css"];
/** Phones have a key and no account: the page itself shows nothing of anybody. */
export const access: RouteModule["access"] = { GET: "open" };

export default function PhonePage() {
  return <Phone />;
}
