/** Formats a number with four significant digits; "–" if it is not finite. */
export function short(value: unknown): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return '–';
  const isPlain = value === 0 || (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e7);
  const text = isPlain ? value.toLocaleString('en', { maximumSignificantDigits: 4 }) : value.toExponential(3);
  return text.replace('-', '−');
}

export function percent(part: unknown): string {
  return typeof part === 'number' && Number.isFinite(part) ? `${Number((100 * part).toFixed(1))} %` : '–';
}

export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const total = Math.round(seconds);
  const [hours, minutes] = [Math.floor(total / 3600), Math.floor(total / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${total % 60} s` : `${total} s`;
}

export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? singular : plural}`;
}

/** Returns "a", "a and b", or "a, b and c". */
export function enumerate(names: (string | number)[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** Turns "validationLoss" into "validation loss". */
export function words(camelCase: string): string {
  return camelCase.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
