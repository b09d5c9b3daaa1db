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
  /** Counts up with every change; 1 is what the program ships with. */
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
