import { type Signal, signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";

/** How long a change can be undone from its message, ms; it waits while the message has the focus or the pointer. */
export const TOAST_MS = 10_000;
const TICK_MS = 250;

/** A message about what was just done. */
export interface Message {
  text: string;
  /** Takes it back; the message then says what became of that. */
  undo?: () => Promise<string>;
}

/** The one message an island shows at a time. */
export class Toast {
  readonly message: Signal<Message | null> = signal(null);
  readonly isBusy = signal(false);
  /** The pointer or the focus is on it. */
  isHeld = false;
  #leftMs = 0;

  /** Shows a message in place of the one before. */
  show(message: Message): void {
    this.message.value = message;
    this.#leftMs = TOAST_MS;
  }

  /** @param passedMs since the last call, ms */
  tick(passedMs: number): void {
    if (this.message.peek() === null || this.isHeld || this.isBusy.peek()) return;
    this.#leftMs -= passedMs;
    if (this.#leftMs <= 0) this.message.value = null;
  }

  /** Takes back what the message is about. */
  async undo(): Promise<void> {
    const undo = this.message.peek()?.undo;
    if (undo === undefined || this.isBusy.peek()) return;
    this.isBusy.value = true;
    try {
      this.show({ text: await undo() });
    } catch (error) {
      this.show({ text: `Not undone: ${(error as Error).message}` });
    } finally {
      this.isBusy.value = false;
    }
  }
}

/** @returns the island's toast; put `<ToastView toast={…} />` anywhere in it */
export function useToast(): Toast {
  return useState(() => new Toast())[0];
}

/** Where messages appear: at the window's lower edge, told to screen readers. */
export function ToastView({ toast }: { toast: Toast }) {
  useEffect(() => {
    const timer = setInterval(() => toast.tick(TICK_MS), TICK_MS);
    return () => clearInterval(timer);
  }, [toast]);
  const message = toast.message.value;
  const hold = (isHeld: boolean) => () => void (toast.isHeld = isHeld);
  return (
    <div
      class={`toast ${message ? "" : "empty"}`}
      role="status"
      onPointerEnter={hold(true)}
      onPointerLeave={hold(false)}
      onFocusIn={hold(true)}
      onFocusOut={hold(false)}
    >
      {message && (
        <>
          <span>{message.text}</span>
          {message.undo && (
            <button type="button" disabled={toast.isBusy.value} onClick={() => toast.undo()}>Undo</button>
          )}
        </>
      )}
    </div>
  );
}
