/**
 * A change that a dialog asks the server for.
 *
 * @module
 */
import { useSignal } from "@preact/signals";

/** Runs a change once at a time, and keeps why it failed. */
export function useChange() {
  const isBusy = useSignal(false);
  const failure = useSignal("");
  const run = async (change: () => Promise<void>) => {
    if (isBusy.value) return;
    isBusy.value = true;
    failure.value = "";
    try {
      await change();
    } catch (error) {
      failure.value = (error as Error).message;
    } finally {
      isBusy.value = false;
    }
  };
  return { isBusy, failure, run };
}
