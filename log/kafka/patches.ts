/**
 * What kafkajs 2.2.4 does wrong and its interface cannot set right.
 *
 * @module
 */
import KafkaCluster from "kafkajs/src/cluster/index.js";
import Connection from "kafkajs/src/network/connection.js";
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

/**
 * Two requests that find a connection closed each open a socket for it; only the last is ever closed, and the other keeps the
 * process alive until the broker ends it, ten minutes later.
 */
const opening = new WeakMap<object, Promise<unknown>>();
const connect = Connection.prototype.connect;
Connection.prototype.connect = function (this: object) {
  const open = opening.get(this) ?? connect.call(this).finally(() => opening.delete(this));
  opening.set(this, open);
  return open;
};

interface Coordinator {
  coordinator: { nodeId: number; host: string; port: number };
}

/** The part of a cluster that is looked at here. */
interface Pools {
  brokerPool: {
    /** Tries one broker after the other. @returns null when each of them threw */
    withBroker<T>(ask: (by: { broker: CoordinatorSource }) => Promise<T>): Promise<T | null>;
  };
}

interface CoordinatorSource {
  findGroupCoordinator(asked: object): Promise<Coordinator>;
}

/** When no broker names the coordinator of a group or a transactional id it forgets why, which is mostly a right that is missing. */
KafkaCluster.prototype.findGroupCoordinatorMetadata = async function (this: Pools, asked: object) {
  let refusal: unknown;
  const found = await this.brokerPool.withBroker(async ({ broker }) => {
    try {
      return await broker.findGroupCoordinator(asked);
    } catch (error) {
      refusal = error;
      throw error;
    }
  });
  if (found === null) throw refusal;
  return found;
};
