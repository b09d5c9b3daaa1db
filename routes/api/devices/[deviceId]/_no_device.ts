import { HttpProblem } from "../../../../web/problem.ts";

/** The answer about a device that is not there. */
export function noDevice(deviceId: string): HttpProblem {
  const id = JSON.stringify(deviceId.slice(0, 128));
  return new HttpProblem(404, `There is no device ${id}. GET /api/devices lists them; POST adds one.`);
}
