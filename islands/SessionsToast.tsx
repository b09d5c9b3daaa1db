import { ToastView } from "../components/Toast.tsx";
import { listToast } from "./sessions/list_toast.ts";

/** Where the rows of the list say what they did. */
export default function SessionsToast() {
  return <ToastView toast={listToast} />;
}
