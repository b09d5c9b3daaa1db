import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { PhoneRecording } from "../components/PhoneRecording.tsx";
import { PhoneWelcome } from "../components/PhoneWelcome.tsx";
import type { Own } from "./phone/own.ts";
import { askOwn } from "./phone/own.ts";
import { takeCode } from "./phone/pair.ts";
import { keepPage } from "./phone/offline.ts";
import { Recorder } from "./phone/recorder.ts";
import { sensorTrouble } from "./phone/sensor.ts";

/** How often the phone asks what it is doing, ms: results come every second, and every question costs battery. */
const ASK_MS = 2000;

/** The page that makes a phone's browser a sensor. */
export default function Phone() {
  const [recorder] = useState(() => new Recorder());
  const pairingError = useSignal<string | null>(null);
  const own = useSignal<Own | null>(null);

  useEffect(() => {
    if (sensorTrouble() === "insecure") {
      // A code is good once: it is not used up where nothing can be recorded.
      recorder.trouble.value = "insecure";
      return;
    }
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
  const wasRecording = useRef(false);
  useEffect(() => {
    const isRecording = phase.value === "recording";
    if (isRecording === wasRecording.current) return;
    wasRecording.current = isRecording;
    // The button that was pressed is gone; the one in its place takes the focus.
    if (document.activeElement === document.body) document.querySelector<HTMLElement>(".start")?.focus();
  }, [phase.value]);
  if (phase.value === "recording") return <PhoneRecording recorder={recorder} own={own} />;
  return <PhoneWelcome recorder={recorder} pairingError={pairingError.value} />;
}
