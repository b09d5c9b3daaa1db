/**
 * A device's health in words: what is so, and what to do when it is not as it should be.
 *
 * @module
 */
import { formatAge, formatCount, formatLag } from "../../islands/live/format.ts";
import type { DeviceItem } from "../../web/devices.ts";
import type { DeviceHealth } from "../../web/services.ts";

/** `ok`: as it should be. `note`: worth knowing. `wrong`: results suffer, or nothing is taken. */
export type FindingState = "ok" | "note" | "wrong";

export interface Finding {
  state: FindingState;
  text: string;
}

/** Phones that send do so every second or so, ms. */
const SILENT_MS = 30_000;
/** Clocks set by the network agree to well under a second, ms. */
const SKEW_MS = 1000;
/** Results of readings that arrive later are past the live view's few seconds, ms. */
const LATE_MS = 10_000;
/** Steps are up to three a second, and their shape takes several readings. */
const MIN_RATE_PER_S = 18;
/** A share of missing messages that makes holes in windows. */
const MISSING_SHARE = 0.02;
/** A share of repeated messages that a bad connection now and then does not explain. */
const REPEATED_SHARE = 0.1;
/** Fewer messages say nothing about a share. */
const MIN_MESSAGES = 20;
/** A refusal this long ago was mended since, if readings came after it, ms. */
const REFUSED_MS = 600_000;

const RANK: Record<FindingState, number> = { wrong: 0, note: 1, ok: 2 };

/**
 * What is to be said of a device, the most urgent first; never nothing.
 *
 * @param nowMs the server's clock, ms since the Unix epoch
 */
export function findings(item: DeviceItem, nowMs: number): Finding[] {
  const { health } = item;
  if (health === null || health.lastSeenAt === null) return [...refusal(item, nowMs), neverSeen(item)];
  const found = [...refusal(item, nowMs)];
  const silentMs = nowMs - health.lastSeenAt;
  if (silentMs > SILENT_MS) {
    found.push({
      state: "note",
      text:
        `Silent for ${
          formatAge(silentMs)
        }. If it should be sending: the phone may be locked or its app in the ` +
        "background; open it again, or switch on background recording.",
    });
  } else {
    found.push(...clock(health), ...rate(health));
  }
  found.push(...messages(health), ...gravity(item, silentMs <= SILENT_MS));
  if (found.length === 0) found.push({ state: "ok", text: "Readings come in as they should." });
  return found.sort((a, b) => RANK[a.state] - RANK[b.state]);
}

function neverSeen({ hasKey, createdAt }: DeviceItem): Finding {
  const next = hasKey
    ? "Open its app and check the push address; it ends with the key."
    : createdAt === null
    ? "It was refused."
    : "Pair it to give it a key.";
  return { state: "note", text: `Nothing of it was taken since this process started. ${next}` };
}

function refusal({ health }: DeviceItem, nowMs: number): Finding[] {
  const refused = health?.refused;
  if (!refused) return [];
  const isOver = health!.lastSeenAt !== null && health!.lastSeenAt > refused.at &&
    nowMs - refused.at > REFUSED_MS;
  const what = refused.status === 200 ? "Some readings were rejected" : "A message was refused";
  return [{
    state: isOver ? "note" : "wrong",
    text: `${what} ${formatAge(nowMs - refused.at)} ago: ${refused.reason}`,
  }];
}

function clock({ lagMs }: DeviceHealth): Finding[] {
  if (lagMs === null) return [];
  if (lagMs < -SKEW_MS) {
    return [{
      state: "wrong",
      text:
        `Its clock is ${
          formatAge(-lagMs)
        } ahead. Results are placed by the phone's clock, so they are that much too ` +
        "late in every list: switch on the phone's automatic date and time.",
    }];
  }
  if (lagMs <= LATE_MS) return [];
  return [{
    state: "note",
    text:
      `Its readings are ${
        formatAge(lagMs)
      } old when they arrive: the phone saves them up, its connection is slow, or ` +
      "its clock is behind. They count, only the live view is late.",
  }];
}

function rate({ readingsPerS, intervalMs, jitterMs }: DeviceHealth): Finding[] {
  const found: Finding[] = [];
  if (readingsPerS !== null && readingsPerS < MIN_RATE_PER_S) {
    found.push({
      state: "wrong",
      text:
        `Only ${
          formatRate(readingsPerS)
        } readings a second: walking and running cannot be told apart. Set the ` +
        "sensor's rate to 50 a second (Sensor Logger: 20 ms).",
    });
  }
  if (intervalMs !== null && jitterMs !== null && jitterMs > intervalMs) {
    found.push({
      state: "note",
      text: "Readings come unevenly: the phone is saving power or busy. Keep the app in the foreground.",
    });
  }
  return found;
}

function messages({ messages, missing, duplicates }: DeviceHealth): Finding[] {
  const found: Finding[] = [];
  const isMany = messages >= MIN_MESSAGES;
  if (missing !== null && missing > 0) {
    const isBad = isMany && missing > MISSING_SHARE * (messages + missing);
    found.push({
      state: isBad ? "wrong" : "note",
      text:
        `${formatCount(missing)} ${
          missing === 1 ? "message has" : "messages have"
        } not come, by their numbers. ` +
        (isBad
          ? "That makes gaps: the connection breaks, or the app does not send again what was not answered."
          : "They may still be sent again."),
    });
  }
  if (isMany && duplicates > REPEATED_SHARE * messages) {
    found.push({
      state: "note",
      text: `${
        formatCount(duplicates)
      } messages came again: the phone often does not get our answer. Repeats change nothing.`,
    });
  }
  return found;
}

function gravity({ health, gravity, unit, session }: DeviceItem, isSending: boolean): Finding[] {
  const measured = health?.measured;
  if (!measured || !isSending) return [];
  const is = measured.included ? "hold gravity" : "are without gravity";
  if (gravity !== "auto" && measured.included !== (gravity === "included")) {
    const set = gravity === "included" ? "with gravity" : "without gravity";
    return [{
      state: "wrong",
      text:
        `Set to ${set}, but its readings ${is}: results are wrong. Set it to automatic, unless you know better.`,
    }];
  }
  if (unit !== "auto" && measured.included && measured.unit !== unit) {
    return [{
      state: "wrong",
      text: `Set to ${unitName(unit)}, but its readings are in ${
        unitName(measured.unit)
      }: results are wrong. Set it to automatic, unless you know better.`,
    }];
  }
  if (gravity === "auto" && session?.live && session.gravityRemoved !== null) {
    if (session.gravityRemoved !== measured.included) {
      return [{
        state: "note",
        text:
          `Its newest readings ${is}, its last window was taken the other way. If that stays so, set gravity by hand.`,
      }];
    }
  }
  return [];
}

const unitName = (unit: "ms2" | "g") => unit === "g" ? "g" : "m/s²";

/** How readings are taken, and who says so. */
export function gravityWords({ health, gravity, unit }: DeviceItem): string {
  const measured = health?.measured;
  const named = health?.named ?? "unknown";
  const included = gravity !== "auto" ? gravity === "included" : measured?.included ??
    (named === "unknown" ? null : named === "included");
  if (included === null) return "not known before some seconds of readings";
  const source = gravity !== "auto"
    ? "set here"
    : measured
    ? "found from the readings"
    : "by the sensor's name";
  const inUnit = unit !== "auto"
    ? `${unitName(unit)} (set here)`
    : measured
    ? unitName(measured.unit)
    : "unit not known";
  return `${included ? "in the readings" : "not in the readings"} (${source}), ${inUnit}`;
}

/** Client formats as people know them. */
export const SOURCE_NAMES: Record<NonNullable<DeviceHealth["source"]>, string> = {
  "seed": "JSON",
  "sensor-logger": "Sensor Logger",
  "phyphox": "phyphox",
  "phone": "this site's recorder",
  "replay": "replay",
  "mqtt": "MQTT",
};

const formatRate = (perS: number) => perS > 0 && perS < 10 ? perS.toFixed(1) : String(Math.round(perS));

/** Figures for the card: label and value, with units. */
export function figures({ health }: DeviceItem): [label: string, value: string][] {
  if (health === null || health.lastSeenAt === null) return [];
  const { readingsPerS, intervalMs, jitterMs, lagMs, messages, missing, duplicates, rejected } = health;
  const rows: [string, string][] = [[
    "rate",
    readingsPerS === null ? "–" : `${formatRate(readingsPerS)}\u00a0readings/s`,
  ]];
  if (intervalMs !== null && jitterMs !== null) {
    rows.push(["interval", `${intervalMs.toFixed(1)} ± ${jitterMs.toFixed(1)}\u00a0ms`]);
  }
  if (lagMs !== null) {
    rows.push(
      lagMs < -SKEW_MS ? ["clock", `${formatAge(-lagMs)} ahead`] : ["age on arrival", formatLag(lagMs)],
    );
  }
  rows.push(["messages", formatCount(messages)]);
  if (missing) rows.push(["missing", formatCount(missing)]);
  if (duplicates) rows.push(["sent twice", formatCount(duplicates)]);
  if (rejected) rows.push(["rejected readings", formatCount(rejected)]);
  return rows;
}
