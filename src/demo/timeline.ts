import { type LossPoint, lossAt } from "./bucket.ts";
import type { LossMoment } from "./report.ts";

/** Every `step`-th of the points, the first and the last always. */
function thinned(points: readonly LossPoint[], most: number): readonly LossPoint[] {
  if (points.length <= most) return points;
  const step = Math.ceil(points.length / most);
  return points.filter((_, index) => index % step === 0 || index === points.length - 1);
}

/**
 * Joins three curves of losses into one timeline that ends at `endSeconds`. Long curves are thinned for drawing: a moment
 * left out shows its loss at the next one.
 *
 * @example
 * const timeline = joinTimelines(asRecorded(incident).points, bucket.points, paid, plan.deadlineSeconds);
 */
export function joinTimelines(
  reality: readonly LossPoint[],
  bucket: readonly LossPoint[],
  strongroom: readonly LossPoint[],
  endSeconds: number,
  most = 96,
): LossMoment[] {
  const curves = [reality, bucket, strongroom].map((points) => thinned(points, most));
  const times = new Set([endSeconds, ...curves.flat().map((point) => point.atSeconds)]);
  return [...times]
    .sort((a, b) => a - b)
    .map((atSeconds) => ({
      atSeconds,
      lostReality: lossAt(reality, atSeconds),
      lostBucket: lossAt(bucket, atSeconds),
      lostStrongroom: lossAt(strongroom, atSeconds),
    }));
}
