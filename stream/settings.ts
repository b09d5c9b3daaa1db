/** How time is cut; from the settings of the same names. */
export interface WindowSettings {
  /** Length of a window, ms. */
  windowMs: number;
  /** Distance between window starts and length of a pane, ms; divides windowMs. */
  slideMs: number;
  /** How far the newest timestamp must run ahead of a window's end before it is closed, ms. */
  latenessMs: number;
  /** Wall-clock silence after which a session is closed, ms. */
  sessionIdleMs: number;
}

export const DEFAULT_WINDOW: WindowSettings = {
  windowMs: 5000,
  slideMs: 1000,
  latenessMs: 2000,
  sessionIdleMs: 30_000,
};
