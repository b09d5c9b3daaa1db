import { useSignal } from "@preact/signals";
import { send } from "../islands/send.ts";

/** Starts the bundled recording; the page turns into the live view when its session opens. */
export function TryDemo() {
  const state = useSignal<"idle" | "starting" | "running">("idle");
  const failure = useSignal("");
  const start = async () => {
    state.value = "starting";
    failure.value = "";
    try {
      await send("POST", "/api/demo", {});
      state.value = "running";
    } catch (error) {
      state.value = "idle";
      failure.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <>
      <button type="button" class="primary" onClick={start} disabled={state.value !== "idle"}>
        {state.value === "idle" ? "Try it without a phone" : "Demo is running"}
      </button>
      <p class={failure.value ? "hint warn" : "hint"} role="status">
        {failure.value || (state.value === "running"
          ? "The first result follows in a few seconds."
          : "Takes two minutes; the first result follows in a few seconds.")}
      </p>
    </>
  );
}
