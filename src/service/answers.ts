import type { Forecast } from '../data/forecast';
import type { Channels } from '../data/image-set';
import type { Schema } from './field';

/** Answer to `POST /forecast`: a forecast of the series, or of each in `series`. */
export type ForecastAnswer =
  | ({
      /** Name of the model. */
      model: string;
    } & Forecast)
  | {
      /** Name of the model. */
      model: string;
      /** The forecast of each series, in the order of the request. */
      series: Forecast[];
    };

/** Answer to `POST /sample` in JSON. */
export interface SampleAnswer {
  /** Name of the model. */
  model: string;
  /** Number of images. */
  count: number;
  /** Values per pixel: 1 for gray, 3 for RGB, 4 for RGB and opacity. */
  channels: Channels;
  /** Height of an image in pixels. */
  height: number;
  /** Width of an image in pixels. */
  width: number;
  /** The levels of each image, one channel after another, row by row, from 0 for black to 255 for white. */
  images: number[][];
  /** The class of each image, of a GAN that has learned classes. */
  classes?: string[] | undefined;
}

/** A model of a service, as `GET /models` lists it. */
export interface ModelAnswer {
  /** Its name in requests. */
  name: string;
  /** What it is: it answers `POST /sample`, or `POST /forecast`. */
  kind: 'gan' | 'mdn-rnn';
  /** SHA-256 of its weights. */
  checksum: string;
  /** Whether a training writes to its run folder. */
  isTraining: boolean;
  /** Values per pixel of a GAN's images: 1 for gray, 3 for RGB, 4 for RGB and opacity. */
  channels?: Channels | undefined;
  /** Height of an image in pixels, of a GAN. */
  height?: number | undefined;
  /** Width of an image in pixels, of a GAN. */
  width?: number | undefined;
  /** The classes that a GAN has learned, if any. */
  classes?: string[] | undefined;
  /** The columns that an MDN-RNN forecasts. */
  columns?: string[] | undefined;
  /** Number of past values that an MDN-RNN needs. */
  historyLength?: number | undefined;
  /** The covariates that an MDN-RNN needs. */
  covariates?: string[] | undefined;
  /** The past covariates that an MDN-RNN needs. */
  pastCovariates?: string[] | undefined;
  /** Most steps that an MDN-RNN with past covariates forecasts. */
  maxHorizon?: number | undefined;
  /** The static covariates that an MDN-RNN needs. */
  staticCovariates?: string[] | undefined;
}

const number: Schema = { type: 'number' };
const text: Schema = { type: 'string' };

function object(properties: Record<string, Schema>, required = Object.keys(properties)): Schema {
  return { type: 'object', properties, required };
}

function list(items: Schema): Schema {
  return { type: 'array', items };
}

const step = object({ step: { type: 'integer' }, time: text, mean: number, quantiles: list(number) }, [
  'step',
  'mean',
  'quantiles',
]);
const forecast = { name: text, levels: list(number), steps: list(step) };

/** The schemas of answers, by the names of their types. */
export const ANSWERS: Record<string, Schema> = {
  ForecastAnswer: object({ model: text, ...forecast, series: list(object(forecast)) }, ['model']),
  SampleAnswer: object(
    {
      model: text,
      count: { type: 'integer' },
      channels: { type: 'integer' },
      height: { type: 'integer' },
      width: { type: 'integer' },
      images: list(list({ type: 'integer' })),
      classes: list(text),
    },
    ['model', 'count', 'channels', 'height', 'width', 'images'],
  ),
  ModelAnswer: object(
    {
      name: text,
      kind: { type: 'string', enum: ['gan', 'mdn-rnn'] },
      checksum: text,
      isTraining: { type: 'boolean' },
      channels: { type: 'integer' },
      height: { type: 'integer' },
      width: { type: 'integer' },
      classes: list(text),
      columns: list(text),
      historyLength: { type: 'integer' },
      covariates: list(text),
      pastCovariates: list(text),
      maxHorizon: { type: 'integer' },
      staticCovariates: list(text),
    },
    ['name', 'kind', 'checksum', 'isTraining'],
  ),
  Problem: object({ type: text, title: text, status: { type: 'integer' }, detail: text, code: text, field: text }, [
    'type',
    'title',
    'status',
    'detail',
    'code',
  ]),
};
