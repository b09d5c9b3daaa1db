import type { SinkStatus } from "../port.ts";

/** Of a sink with nothing to do. @param more what differs */
export const sinkStatus = (more: Partial<SinkStatus> = {}): SinkStatus => ({
  trouble: null,
  lagRecords: { raw_sensor_data: 0, processed_activity: 0 },
  deliveredRecords: 0,
  deliveredBytes: 0,
  deliveries: 0,
  refusedRecords: 0,
  lostRecords: 0,
  lastDeliveryAtMs: null,
  ...more,
});
