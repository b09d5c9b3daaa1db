import { Toast } from "../../components/Toast.tsx";

/** The message of the list: rows are islands of their own, and at most one says something at a time. */
export const listToast = new Toast();
