import type { Forecaster } from '../src/data/forecaster';
import { SeriesEncoding } from '../src/data/series-encoding';

/** Returns the only encoding of a forecaster that sees windows. */
export function encodingOf({ encodings }: Forecaster): SeriesEncoding {
  const [encoding] = encodings;
  if (encodings.length === 1 && encoding instanceof SeriesEncoding) return encoding;
  throw new Error('Expected a forecaster with one SeriesEncoding');
}
