/** What is scored by values that the training looked at is scored too well: a sentence that says so, or undefined. */
export function selectionNote(settings: {
  patience?: unknown;
  lrPatience?: unknown;
  calibrate?: unknown;
  test?: unknown;
}): string | undefined {
  const { patience, lrPatience, calibrate, test } = settings;
  const hasLooked = [patience, lrPatience, calibrate].some((option) => option !== undefined);
  if (!hasLooked || test) return undefined;
  return 'The training used these values too (early stopping, learning rate or calibration), so the scores flatter the model: keep a test part, such as 0.1, for evaluation only.';
}
