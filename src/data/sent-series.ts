import type { Series } from './series';
import { TimeAxis, type TimeAxisState } from './time-axis';

/** A series as data, since a structured clone has no time axis. */
export interface SentSeries extends Omit<Series, 'time'> {
  time: TimeAxisState | undefined;
}

/** Turns a series into data that can go to another thread. */
export function sendSeries({ time, ...series }: Series): SentSeries {
  return { ...series, time: time?.state };
}

/** Returns the series that another thread has sent. */
export function receiveSeries({ time, ...series }: SentSeries): Series {
  return { ...series, time: time && TimeAxis.fromState(time) };
}
