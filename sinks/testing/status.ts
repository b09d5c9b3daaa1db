import { newSinkStatus, type SinkStatus } from "../port.ts";

/** Of a sink with nothing to do. @param more what differs */
export const sinkStatus = (more: Partial<SinkStatus> = {}): SinkStatus => ({
  ...newSinkStatus(),
  lagRecords: { raw_sensor_data: 0, processed_activity: 0 },
  ...more,
});
