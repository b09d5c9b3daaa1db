import { useComputed, useSignal } from "@preact/signals";
import { useContext, useRef } from "preact/hooks";
import type { RenameDialog } from "../components/sessions/RenameDialog.tsx";
import { titleOf } from "../components/sessions/words.ts";
import { Time, Zone } from "../components/Time.tsx";
import { apiPath, pagePath } from "./sessions/api.ts";
import { listToast } from "./sessions/list_toast.ts";
import { Menu } from "./sessions/Menu.tsx";
import { send } from "./send.ts";

export interface SessionsRowProps {
  sessionId: string;
  deviceId: string;
  name: string | null;
  startedAt: number | null;
  deviceName: string;
  live: boolean;
  /** The server's clock, ms since the Unix epoch. */
  nowMs: number;
  /** Who is a viewer opens sessions only. */
  canEdit: boolean;
}

/** The head of a row of the list: the session's link, and what can be done with it. The rest of the row never changes. */
export default function SessionsRow(props: SessionsRowProps) {
  const { startedAt, deviceName, live, nowMs, canEdit } = props;
  const head = useRef<HTMLElement>(null);
  const name = useSignal(props.name);
  const Renaming = useSignal<typeof RenameDialog | null>(null);
  const zone = useContext(Zone);
  const title = useComputed(() => titleOf({ name: name.value, startedAt }, deviceName, zone, nowMs));

  const rename = async () => {
    try {
      // Few rows are ever renamed: its form is loaded when one is.
      const loaded = await import("../components/sessions/RenameDialog.tsx");
      Renaming.value = loaded.RenameDialog;
    } catch {
      listToast.show({ text: "The server does not answer. Is it still running? Try again." });
    }
  };
  const remove = async () => {
    const show = (isShown: boolean) => {
      const row = head.current?.closest("li");
      if (row) row.hidden = !isShown;
    };
    try {
      await send("DELETE", apiPath(props));
    } catch (error) {
      return listToast.show({ text: `Not deleted: ${(error as Error).message}` });
    }
    show(false);
    listToast.show({
      text: `${title.value} is deleted.`,
      undo: async () => {
        await send("POST", apiPath(props, "/restore"));
        show(true);
        return `${title.value} is back.`;
      },
    });
  };

  return (
    <header ref={head}>
      <h2>
        <a href={pagePath(props)}>{title}</a>
      </h2>
      {live && <span class="live-mark">live</span>}
      {name.value !== null && (
        <p class="hint">
          {startedAt !== null && <Time ms={startedAt} precision="minute" />} · {deviceName}
        </p>
      )}
      {canEdit && (
        <Menu name={`Actions for ${title.value}`} items={[["Rename", rename], ["Delete", remove]]} />
      )}
      {Renaming.value && (
        <Renaming.value
          id={props}
          name={name.value}
          onRenamed={(renamed) => name.value = renamed}
          onClose={() => Renaming.value = null}
        />
      )}
    </header>
  );
}
