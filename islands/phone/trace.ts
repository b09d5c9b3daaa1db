/**
 * Draws the line of the last seconds.
 *
 * @module
 */
import { type Movement, TRACE_MS } from "./movement.ts";

/** The line's height stands for at least so much, so that a phone at rest is a calm line, m/s². */
const LEAST_RANGE_MS2 = 4;

/** @param nowMs the line's right end, ms since the Unix epoch */
export function drawTrace(canvas: HTMLCanvasElement, movement: Movement, nowMs: number): void {
  const { clientWidth, clientHeight } = canvas;
  const width = Math.round(clientWidth * devicePixelRatio),
    height = Math.round(clientHeight * devicePixelRatio);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d")!;
  context.clearRect(0, 0, width, height);
  const points = movement.points(nowMs);
  if (points.length === 0) return;
  const values = points.map(({ magnitudeMs2 }) => magnitudeMs2);
  const middle = (Math.min(...values) + Math.max(...values)) / 2;
  const range = Math.max(LEAST_RANGE_MS2, (Math.max(...values) - Math.min(...values)) * 1.1);
  context.strokeStyle = getComputedStyle(canvas).color;
  context.lineWidth = 1.5 * devicePixelRatio;
  context.beginPath();
  for (const { tMs, magnitudeMs2 } of points) {
    const x = width * (1 - (nowMs - tMs) / TRACE_MS);
    const y = height * (0.5 - (magnitudeMs2 - middle) / range);
    context.lineTo(x, y);
  }
  context.stroke();
}
