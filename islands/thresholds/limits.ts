/**
 * Limits that the server sets too.
 *
 * @module
 */

/** A line or two. */
export const MAX_MESSAGE_LENGTH = 500;
