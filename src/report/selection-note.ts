/** Returns a warning if the scores are optimistic, as training also used the scored values; else undefined. */
export function selectionNote(settings: {
  patience?: unknown;
  lrPatience?: unknown;
  calibrate?: unknown;
  test?: unknown;
}): string | undefined {
  const { patience, lrPatience, calibrate, test } = settings;
  const hasLooked = [patience, lrPatience, calibrate].some((option) => option !== undefined);
  if (!hasLooked || test) return undefined;
  return 'Training also used these values (early stopping, learning rate or calibration), so the scores are optimistic: hold out a test part, such as 0.1, for evaluation only.';
}
