import type { Series } from './series';
import { toSeries } from './series-like';
import { TimeAxis, type TimeAxisState } from './time-axis';

/** A series on its way to another thread. */
export interface SeriesInTransit extends Omit<Series, 'time'> {
  time?: TimeAxisState | undefined;
}

/** @param hasTime whether the other thread needs to know the times */
export function toTransit({ time, ...series }: Series, hasTime: boolean): SeriesInTransit {
  return { ...series, time: hasTime ? time?.state : undefined };
}

export function fromTransit({ time, ...series }: SeriesInTransit): Series {
  return toSeries('series', { ...series, time: time && TimeAxis.fromState(time) });
}
