/** Formats a float as Python's `repr` does: the shortest digits that parse to the same value. */
export function pythonRepr(value: number): string {
  if (!Number.isFinite(value)) return pythonNonFinite(value);
  if (Object.is(value, -0)) return '-0.0';
  const [digits, exponentText] = value.toExponential().split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const plain = exponent < 0 ? value.toFixed(-exponent + digits.replace(/\D/g, '').length - 1) : String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}

/** Formats a float32 as Python's `f'{value:.4f}'` does: ties go to the even digit, unlike in `toFixed`. */
export function pythonFixed4(value: number): string {
  if (!Number.isFinite(value)) return pythonNonFinite(value);
  if (Object.is(value, -0)) return '-0.0000';
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}.0000`; // toFixed would write an exponent
  const scaled = Math.abs(value) * 1e4; // exact for a float32: 24 bits times 14
  const below = Math.floor(scaled);
  if (scaled - below !== 0.5) return value.toFixed(4);
  return ((Math.sign(value) * (below % 2 === 0 ? below : below + 1)) / 1e4).toFixed(4);
}

function pythonNonFinite(value: number): string {
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}
