/**
 * What an activity looks like: words and colours of the console, one place for every panel.
 *
 * @module
 */
import {
  type DynamicConfigValue,
  FieldColorModeId,
  MappingType,
  type ValueMap,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { ACTIVITIES, type Activity } from "../log/records.ts";

/** The console's colours on a dark page (`static/app.css`): Grafana is dark unless told otherwise. */
export const COLOURS: Record<Activity, string> = {
  stationary: "#2b8fcc",
  walking: "#009e73",
  running: "#e0701a",
  unknown: "#868d97",
};

/** Colours an activity's name wherever it is a value. */
export const ACTIVITY_MAPPING: ValueMap = {
  type: MappingType.ValueToText,
  options: Object.fromEntries(
    ACTIVITIES.map((activity, index) => [activity, { text: activity, color: COLOURS[activity], index }]),
  ),
};

/** Colours a column whose name is an activity's. */
export const activityColour = (activity: Activity): DynamicConfigValue[] => [
  { id: "color", value: { mode: FieldColorModeId.Fixed, fixedColor: COLOURS[activity] } },
];
