/**
 * Returns the media type that a client prefers, the first of them if it likes several equally, or undefined if it
 * accepts none.
 *
 * @param accept the Accept header; without one, everything is accepted
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-accept
 */
export function preferred<Type extends string>(accept: string | undefined, types: readonly Type[]): Type | undefined {
  const ranges = (accept || '*/*').split(',').map(parseRange);
  const weighed = types.map((type) => ({ type, weight: weightOf(type, ranges) }));
  const best = weighed.reduce((best, each) => (each.weight > best.weight ? each : best));
  return best.weight > 0 ? best.type : undefined;
}

interface Range {
  type: string;
  weight: number;
}

/** `image/*;q=0.5` */
function parseRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  return { type, weight: weight === undefined ? 1 : Number(weight.slice('q='.length)) || 0 };
}

/** The most specific range counts. */
function weightOf(type: string, ranges: Range[]): number {
  const [main] = type.split('/');
  const matching = [type, `${main}/*`, '*/*'].map((name) => ranges.find((range) => range.type === name));
  return matching.find((range) => range !== undefined)?.weight ?? 0;
}
