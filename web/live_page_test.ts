import assert from "node:assert/strict";
import { FakeServices } from "./testing/fake_services.ts";
import { thresholdsFor } from "./live_page.ts";

Deno.test("thresholdsFor() gives a device's own thresholds, all others those of all", async () => {
  const services = new FakeServices();
  const { values, version } = services.thresholds.current();
  const own = { ...values, walkingMs2: 3, runningMs2: 11 };
  await services.thresholds.save({ deviceId: "brisk", values: own, message: "walks fast" }, version, "test");
  assert.deepEqual(thresholdsFor(services, "brisk"), { walkingMs2: 3, runningMs2: 11 });
  const { walkingMs2, runningMs2 } = values;
  assert.deepEqual(thresholdsFor(services, "another"), { walkingMs2, runningMs2 });
  assert.deepEqual(thresholdsFor(services), { walkingMs2, runningMs2 });
});
