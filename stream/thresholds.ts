/**
 * What separates the activities. Plain data: admins edit it, every result names the version that decided.
 *
 * @module
 */

/**
 * Where the step rate tells walking from running, because the magnitude cannot: one person's brisk walk is
 * another's jog.
 */
export interface CadenceRule {
  /** Step rate from which a window is running, Hz. */
  runningHz: number;
  /** The rule holds from this mean magnitude, m/s²; below it nobody runs. */
  fromMs2: number;
  /** The rule holds below this mean magnitude, m/s²; from it on nobody walks. */
  toMs2: number;
}

/** The decision table of the classifier. */
export interface Thresholds {
  /**
   * The version in which these values were set, for all devices or for one: it names exactly what decided.
   * Versions count up with every change; 1 is what the program ships with.
   */
  version: number;
  /** Mean magnitude from which a window is walking, m/s². */
  walkingMs2: number;
  /** Mean magnitude from which a window without a clear step rate is running, m/s². */
  runningMs2: number;
  /**
   * Standard deviation under which a window is stationary whatever its mean (the gravity estimate of a phone
   * drifts), m/s².
   */
  stillStdMs2: number;
  /** Null: the magnitude alone decides. */
  cadence: CadenceRule | null;
  /**
   * How far past a threshold the mean must be for the activity to differ from the previous window's, m/s².
   */
  hysteresisMs2: number;
}

/** Says what decides, now. */
export interface ThresholdsSource {
  of(deviceId: string): Thresholds;
}

/** What an admin sets: all but the version, which counts the changes. */
export type ThresholdValues = Omit<Thresholds, "version">;

/**
 * Chosen by accuracy averaged over the subjects of four sets of phone recordings (MotionSense, WISDM 2019, S8
 * pocket, HHAR; 342 recordings of 51 subjects and devices), each set counting the same, and rounded. Leaving
 * one subject out of the choice at a time gives .98 on MotionSense and WISDM and .99 on S8, which is what a
 * new person may expect of a phone in a trouser pocket. Without the cadence rule the same choice gives .95.
 */
export const DEFAULT_THRESHOLDS: Thresholds = {
  version: 1,
  walkingMs2: 1.9,
  runningMs2: 8.5,
  stillStdMs2: 0.8,
  cadence: { runningHz: 2.35, fromMs2: 7, toMs2: 16 },
  hysteresisMs2: 0.1,
};

/** What is wrong with thresholds whose fields are right one by one. */
export interface OrderFault {
  /** The field to change. */
  field: keyof ThresholdValues;
  message: string;
}

/** @returns nothing for thresholds in an order that makes sense */
export function orderFaults(values: ThresholdValues): OrderFault[] {
  const { walkingMs2, runningMs2, cadence, hysteresisMs2 } = values;
  const faults: OrderFault[] = [];
  if (walkingMs2 >= runningMs2) {
    const message = `must be above walkingMs2 (${walkingMs2}), for example 8.5 above 1.9`;
    faults.push({ field: "runningMs2", message });
  }
  if (cadence !== null && !(walkingMs2 <= cadence.fromMs2 && cadence.fromMs2 < cadence.toMs2)) {
    const message = `must have walkingMs2 (${walkingMs2}) <= fromMs2 < toMs2, for example 7 and 16`;
    faults.push({ field: "cadence", message });
  }
  if (2 * hysteresisMs2 > runningMs2 - walkingMs2) {
    const message = "must be at most half the distance from walkingMs2 to runningMs2, for example 0.1";
    faults.push({ field: "hysteresisMs2", message });
  }
  return faults;
}

/** The same values, whatever objects hold them. */
export function sameValues(a: ThresholdValues, b: ThresholdValues): boolean {
  const sameCadence = a.cadence === null || b.cadence === null
    ? a.cadence === b.cadence
    : a.cadence.runningHz === b.cadence.runningHz && a.cadence.fromMs2 === b.cadence.fromMs2 &&
      a.cadence.toMs2 === b.cadence.toMs2;
  return sameCadence && a.walkingMs2 === b.walkingMs2 && a.runningMs2 === b.runningMs2 &&
    a.stillStdMs2 === b.stillStdMs2 && a.hysteresisMs2 === b.hysteresisMs2;
}

/** The values alone. */
export function valuesOf({ version: _, ...values }: Thresholds): ThresholdValues {
  return values;
}
