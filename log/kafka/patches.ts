/**
 * What kafkajs 2.2.4 does wrong and its interface cannot set right.
 *
 * @module
 */
import RequestQueue from "kafkajs/src/network/requestQueue/index.js";

/** The part of a request queue that is looked at here. */
interface Queue {
  pending: unknown[];
  throttledUntil: number;
}

/**
 * After every answer a queue sets a timer to look for requests that wait, also when none does; its delay is then some negative
 * number, of which the runtime warns.
 */
const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;
RequestQueue.prototype.scheduleCheckPendingRequests = function (this: Queue) {
  if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
};
