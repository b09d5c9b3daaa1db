/** How windows are cut. */
export interface WindowLengths {
  /** ms */
  windowMs: number;
  /** ms */
  slideMs: number;
}

/** The settings of windows: shown here, changed elsewhere. */
export function ServerSettings({ windowMs, slideMs }: WindowLengths) {
  return (
    <details class="more-of-it">
      <summary>{`Windows: ${windowMs / 1000} s long, one every ${slideMs / 1000} s`}</summary>
      <p class="hint">
        These are settings of the server: start it with other values of <code>WINDOW_MS</code> and{" "}
        <code>SLIDE_MS</code>. They cannot be changed here, because they say which windows there are: a window
        is known by its time, results of other lengths could not be compared with those recorded, and a
        session would count twice. Thresholds only say what a window is called.
      </p>
    </details>
  );
}
