import Phone from "../islands/Phone.tsx";
import type { RouteModule } from "../web/define.ts";

export const title = "Phone";
export const styles = ["/phone.css"];
/** Phones have a key and no account: the page itself shows nothing of anybody. */
export const access: RouteModule["access"] = { GET: "open" };

export default function PhonePage() {
  return (
    <>
      <Phone />
      <noscript>
        <p class="no-script">
          This page reads the phone's motion with JavaScript, which is switched off in this browser: allow it
          for this page, or use the app Sensor Logger or phyphox (Devices, Pair a phone).
        </p>
      </noscript>
    </>
  );
}
