/** Returns the arithmetic mean, even if the sum overflows; NaN if empty. */
export function mean(values: ArrayLike<number>): number {
  const { length } = values;
  let sum = 0;
  for (let index = 0; index < length; index++) sum += values[index]!;
  if (Number.isFinite(sum)) return sum / length;
  let parts = 0;
  for (let index = 0; index < length; index++) parts += values[index]! / length;
  return parts;
}
