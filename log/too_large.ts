/**
 * The log takes no record of this size: nothing was stored, and trying again does not help. Becomes 413.
 *
 * @module
 */
export class TooLarge extends RangeError {
  override name = "TooLarge";
}
