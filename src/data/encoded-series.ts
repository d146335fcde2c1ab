import { readHistories } from '../models/forecast';
import type { MdnRnn, MdnRnnStep } from '../models/mdn-rnn';
import type { Encoding } from './encoding';
import type { Series } from './series';
import type { History, SeriesEncoding } from './series-encoding';
import { type SmoothedHistory, SmoothingEncoding } from './smoothing-encoding';

/** A series as one of its encodings sees it. */
export type EncodedSeries = SmoothedSeries | WindowedSeries;

/** A series seen by a {@link SmoothingEncoding}. */
export interface SmoothedSeries {
  series: Series;
  encoding: SmoothingEncoding;
  history: SmoothedHistory;
  /** What the model makes of the history. */
  read: MdnRnnStep;
}

/** A series seen by a {@link SeriesEncoding}, whose window a kernel reads and continues at once. */
export interface WindowedSeries {
  series: Series;
  encoding: SeriesEncoding;
  history: History;
  read?: undefined;
}

/** A model, and how it sees series. */
interface Seeing {
  readonly model: MdnRnn;
  encodingsFor(series: Series): readonly Encoding[];
}

/**
 * Encodes series up to their ends, once for all that is asked about them. To be used in a scope and without gradients.
 *
 * @returns for each series one for each of its encodings
 * @throws as {@link Forecaster.paths}
 */
export function encodeSeries(seeing: Seeing, all: readonly Series[]): EncodedSeries[][] {
  const { device } = seeing.model.parameters()[0]!;
  const smoothed: SmoothedSeries[] = [];
  const encoded = all.map((series) =>
    seeing.encodingsFor(series).map((encoding) => {
      const history = encoding.history(series);
      const each = { series, encoding, history: { ...history, rows: history.rows.to({ device }) } } as EncodedSeries;
      if (encoding instanceof SmoothingEncoding) smoothed.push(each as SmoothedSeries);
      return each;
    }),
  );
  const histories = smoothed.map(({ history }) => history.rows);
  for (const [index, read] of readHistories(seeing.model, histories).entries()) smoothed[index]!.read = read;
  return encoded;
}
