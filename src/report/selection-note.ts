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
  return 'The training looked at these values too (patience, lr-patience or calibrate), so that the scores flatter the model: train with --test 0.1 to keep some for evaluation only.';
}
