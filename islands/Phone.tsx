import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { PhoneRecording } from "../components/PhoneRecording.tsx";
import { PhoneWelcome } from "../components/PhoneWelcome.tsx";
import type { Own } from "./phone/own.ts";
import { askOwn } from "./phone/own.ts";
import { takeCode } from "./phone/pair.ts";
import { Recorder } from "./phone/recorder.ts";
import { keepPage } from "./phone/offline.ts";

/** How often the phone asks what it is doing, ms: results come every second, and every question costs battery. */
const ASK_MS = 2000;

/** The page that makes a phone's browser a sensor. */
export default function Phone() {
  const [recorder] = useState(() => new Recorder());
  const pairingError = useSignal<string | null>(null);
  const own = useSignal<Own | null>(null);

  useEffect(() => {
    keepPage();
    (async () => {
      await recorder.open();
      if (recorder.trouble.value === "noDatabase") return;
      const paired = await takeCode();
      if (paired === null) return;
      if ("error" in paired) pairingError.value = paired.error;
      else await recorder.pair(paired);
    })();
  }, []);

  useSignalEffect(() => {
    const isRecording = recorder.phase.value === "recording" && recorder.hiddenSinceMs.value === null;
    const key = recorder.pairing.value?.key;
    if (!isRecording || key === undefined) {
      own.value = null;
      return;
    }
    const timer = setInterval(async () => own.value = await askOwn(key), ASK_MS);
    return () => clearInterval(timer);
  });

  const { phase } = recorder;
  if (phase.value === "recording") return <PhoneRecording recorder={recorder} own={own} />;
  return <PhoneWelcome recorder={recorder} pairingError={pairingError.value} />;
}
