import { type Signal, useSignal } from "@preact/signals";
import { Time } from "../../components/Time.tsx";
import type { SessionId } from "../../web/services.ts";
import { send } from "../send.ts";
import { apiPath } from "./api.ts";

interface Deletion {
  /** null: it is not deleted. */
  undoUntilMs: Signal<number | null>;
  /** Why the last attempt failed. */
  failure: Signal<string>;
  run(): Promise<void>;
  undo(): Promise<void>;
}

/** Deletes the page's session, and takes that back. */
export function useDeletion(id: SessionId): Deletion {
  const undoUntilMs = useSignal<number | null>(null);
  const failure = useSignal("");
  const attempt = async (change: () => Promise<void>) => {
    failure.value = "";
    try {
      await change();
    } catch (error) {
      failure.value = (error as Error).message;
    }
  };
  return {
    undoUntilMs,
    failure,
    run: () =>
      attempt(async () => {
        undoUntilMs.value = (await send<{ undoUntilMs: number }>("DELETE", apiPath(id))).undoUntilMs;
      }),
    undo: () =>
      attempt(async () => {
        await send("POST", apiPath(id, "/restore"));
        undoUntilMs.value = null;
      }),
  };
}

/** In place of a session that was just deleted. */
export function Deleted({ deletion, title }: { deletion: Deletion; title: string }) {
  return (
    <section class="message" role="status">
      <h1>{title} is deleted</h1>
      <p>
        It can be brought back until <Time ms={deletion.undoUntilMs.value!} />.
      </p>
      {deletion.failure.value !== "" && <p class="hint warn" role="alert">{deletion.failure}</p>}
      <p class="actions">
        <button type="button" onClick={deletion.undo}>Undo</button>
        <a class="button quiet" href="/sessions">All sessions</a>
      </p>
    </section>
  );
}
