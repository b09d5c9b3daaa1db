import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { AddedPhone } from "../components/AddPhone.tsx";
import { Connection } from "../components/Connection.tsx";
import { Legend } from "../components/Legend.tsx";
import { LogHealthNotice } from "../components/LogHealthNotice.tsx";
import { PhoneCard } from "../components/PhoneCard.tsx";
import { PhoneTable } from "../components/PhoneTable.tsx";
import { StripPattern } from "../components/Strip.tsx";
import { type Addresses, WaysIn } from "../components/WaysIn.tsx";
import { Announcer } from "./live/announce.ts";
import type { MagnitudeThresholds } from "./live/chart.ts";
import { followFeed } from "./live/feed.ts";
import { formatLag } from "./live/format.ts";
import { followLog, type LogNotice, LogWatch } from "./live/log_watch.ts";
import { LiveModel, MAX_CARDS, MAX_SHOWN, type ModelInit } from "./live/model.ts";

const TICK_MS = 1000;

export interface LiveProps {
  init: ModelInit;
  addresses: Addresses;
  /** Where the live stream goes on after `init`. */
  position: string;
  /** Drawn into the charts. */
  thresholds: MagnitudeThresholds;
}

/** The Live page: who is doing what now, or how to get there. */
export default function Live({ init, addresses, thresholds, position }: LiveProps) {
  const [model] = useState(() => new LiveModel(init));
  const added = useSignal<AddedPhone | null>(null);
  const lostSinceMs = useSignal<number | null | undefined>(undefined);
  const logNotice = useSignal<LogNotice | null>(null);
  const announcement = useSignal("");
  const wasEmpty = useRef(false);
  const hadFocus = useRef(false);

  useEffect(() => {
    const announcer = new Announcer();
    const watch = new LogWatch();
    const stopLog = followLog((health) => {
      const { notice, news } = watch.update(health);
      logNotice.value = notice;
      if (news !== null) announcer.say(news);
    });
    const stopFeed = followFeed(position, {
      onEvents: (events) => announcer.note(model.apply(events, Date.now())),
      onSnapshot: (sessions, total) => model.reset(sessions, total, Date.now()),
      onConnection: (since) => {
        const before = lostSinceMs.peek();
        if (before === null && since !== null) announcer.say("Connection lost, reconnecting");
        if (typeof before === "number" && since === null) announcer.say("Connected again");
        lostSinceMs.value = since;
      },
    });
    const timer = setInterval(() => {
      const nowMs = Date.now();
      model.tick(nowMs);
      announcement.value = announcer.next(nowMs) ?? announcement.value;
    }, TICK_MS);
    return () => {
      stopFeed();
      stopLog();
      clearInterval(timer);
    };
  }, []);

  useEffect(() => {
    const note = () => void (hadFocus.current = true);
    document.addEventListener("focusin", note, { once: true });
    return () => document.removeEventListener("focusin", note);
  }, []);

  const deviceIds = model.order.value;
  const empty = deviceIds.length === 0;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // The button that started the first phone is gone: without this the keyboard would start at the top again.
    const lost = hadFocus.current && document.activeElement === document.body;
    if (!empty && wasEmpty.current && lost) heading.current?.focus();
    wasEmpty.current = empty;
  }, [empty]);
  const ways = (
    <WaysIn
      addresses={addresses}
      nowMs={init.nowMs}
      added={added}
      onAdded={(phone) => {
        if (phone.device.name) model.nameDevice(phone.device.deviceId, phone.device.name);
        added.value = phone;
      }}
    />
  );
  return (
    <>
      <header class="bar">
        <h1 ref={heading} tabIndex={-1}>{empty ? "No phone yet" : <Headline model={model} />}</h1>
        {!empty && <Lag model={model} />}
        <Connection lostSinceMs={lostSinceMs} nowMs={model.nowMs} />
      </header>
      <p class="sr-only" role="status">{announcement}</p>
      {empty
        ? (
          <>
            <p class="lead">
              Send accelerometer readings and see here, live, who is standing still, walking or running.
              Choose a way to start:
            </p>
            {ways}
          </>
        )
        : (
          <>
            <StripPattern />
            <Phones model={model} deviceIds={deviceIds} thresholds={thresholds} />
            <details class="more" open={added.peek() !== null}>
              <summary>Add another phone</summary>
              {ways}
            </details>
          </>
        )}
      <LogHealthNotice notice={logNotice} />
    </>
  );
}

interface PhonesProps {
  model: LiveModel;
  deviceIds: string[];
  thresholds: MagnitudeThresholds;
}

function Phones({ model, deviceIds, thresholds }: PhonesProps) {
  const cards = deviceIds.slice(0, MAX_SHOWN).map((deviceId) => model.card(deviceId));
  const shared = { nowMs: model.nowMs, window: model.window };
  const many = deviceIds.length > MAX_CARDS;
  return (
    <section aria-label="Live phones">
      {many && <Counts model={model} />}
      {many ? <PhoneTable cards={cards} {...shared} /> : (
        <div class="cards">
          {cards.map((card) => (
            <PhoneCard key={card.peek().deviceId} card={card} thresholds={thresholds} {...shared} />
          ))}
        </div>
      )}
      {many ? <More model={model} shown={cards.filter((card) => !card.peek().ended).length} /> : <Legend />}
    </section>
  );
}

/** Apart from the table, so that a new count draws only itself. */
function Counts({ model }: { model: LiveModel }) {
  return <Legend counts={model.summary.value.counts} />;
}

function More({ model, shown }: { model: LiveModel; shown: number }) {
  const more = model.summary.value.live - shown;
  return more > 0 ? <p class="hint">and {more} more</p> : null;
}

function Headline({ model }: { model: LiveModel }) {
  const { live, silent } = model.summary.value;
  const phones = `${live} ${live === 1 ? "phone" : "phones"} live`;
  return (
    <>
      {phones}
      {silent > 0 && (
        <>
          , <span class="silent">{silent} silent</span>
        </>
      )}
    </>
  );
}

function Lag({ model }: { model: LiveModel }) {
  const text = useComputed(() => {
    const { lagMs } = model.summary.value;
    return lagMs === null ? "" : `results ${formatLag(lagMs)} behind`;
  });
  return (
    <span class="lag" title="From the end of a window to its result on this page, median over the phones">
      {text}
    </span>
  );
}
