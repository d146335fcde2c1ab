import { toLevels } from '../data/forecast-options';
import { toNamedSeries } from '../data/named-series';
import type { Series, SeriesSource } from '../data/series';
import { argumentOf, invalidArgument, LibtorchGenerativeError } from '../errors';
import {
  below,
  describedField,
  type Fields,
  integerField,
  nameField,
  positiveField,
  readFields,
  schemaOf,
} from './field';
import type { ServiceSettings } from './options';
import { inField } from './problem';

/** A series of a {@link ForecastRequest}. */
export interface ForecastRequestSeries {
  /** Name of the series; a model that was trained on several may know it. Default "". */
  name?: string | undefined;
  /** The values until now, in the data's units; null where one is missing. */
  values: (number | null)[];
  /** Time of each value, written as in the training's file, and of as many steps ahead as are known. */
  time?: string[] | undefined;
  /** For each covariate of the model its numbers or words, one for each value and for each step ahead. */
  covariates?: Record<string, (number | string)[]> | undefined;
  /** For each past covariate of the model its numbers or words, one for each value; null where one is missing. */
  pastCovariates?: Record<string, (number | string | null)[]> | undefined;
  /** For each static covariate of the model its number or word. */
  staticCovariates?: Record<string, number | string> | undefined;
}

/** Body of `POST /forecast`: a series, or several in `series`. */
export interface ForecastRequest extends Partial<ForecastRequestSeries> {
  /** Several series, instead of `values` and what belongs to them. */
  series?: ForecastRequestSeries[] | undefined;
  /** Name of the model; required if the service has several forecasters. */
  model?: string | undefined;
  /** Number of steps to forecast; default 24. */
  horizon?: number | undefined;
  /** Number of paths that the forecast is made of; default 500. */
  paths?: number | undefined;
  /** Levels of the quantiles, each above 0 and below 1; default [0.1, 0.5, 0.9]. */
  quantiles?: number[] | undefined;
  /** The same seed gives the same forecast; default 0. */
  seed?: number | undefined;
  /** Above 1 makes the forecast less certain, below 1 more certain; default 1. */
  temperature?: number | undefined;
}

/** A number or a word. */
const CELL = { oneOf: [{ type: 'number' }, { type: 'string' }] };

const SERIES: Fields<ForecastRequestSeries> = {
  name: { ...nameField({ description: 'Name of the series; the model may know it' }), check: checkText },
  values: describedField({
    type: 'array',
    items: { type: 'number', nullable: true },
    description: "The values until now, in the data's units; null where one is missing",
  }),
  time: describedField({
    type: 'array',
    items: { type: 'string' },
    description: "Time of each value, written as in the training's file",
  }),
  covariates: describedField({
    type: 'object',
    additionalProperties: { type: 'array', items: CELL },
    description: 'By name: numbers or words, one for each value and for each step ahead',
  }),
  pastCovariates: describedField({
    type: 'object',
    additionalProperties: { type: 'array', items: { ...CELL, nullable: true } },
    description: 'By name: numbers or words, one for each value; null where one is missing',
  }),
  staticCovariates: describedField({
    type: 'object',
    additionalProperties: CELL,
    description: 'By name: a number or a word',
  }),
};

type Options = Required<Pick<ForecastRequest, 'horizon' | 'paths'>> &
  Pick<ForecastRequest, 'quantiles' | 'seed' | 'temperature'>;

/** What to ask of a forecaster. */
export interface AskedForecast {
  /** Each with its place in the request, such as `series[2]`; "" for the body itself. */
  series: { path: string; series: Series }[];
  options: Options;
  /** Whether the answer is a list. */
  isList: boolean;
}

/** Reads bodies of `POST /forecast`. */
export class ForecastRequests {
  readonly #limits: ServiceSettings;
  readonly #fields: Fields<ForecastRequest>;

  constructor(limits: ServiceSettings) {
    this.#limits = limits;
    this.#fields = {
      model: nameField({ description: 'Name of the model; required if there are several' }),
      ...SERIES,
      series: describedField({
        type: 'array',
        minItems: 1,
        maxItems: limits.maxSeries,
        items: schemaOf(SERIES, { required: ['values'] }),
        description: 'Several series, instead of values and what belongs to them',
      }),
      horizon: integerField(
        { min: 1, max: limits.maxPathSteps },
        { default: HORIZON, description: 'Steps to forecast' },
      ),
      paths: integerField({ min: 1, max: limits.maxPathSteps }, { default: PATHS, description: 'Paths to draw' }),
      quantiles: {
        schema: {
          type: 'array',
          minItems: 1,
          items: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
          default: [0.1, 0.5, 0.9],
          description: 'Levels of the quantiles',
        },
        check: (name, value) => toLevels(name, value as number[]),
      },
      seed: integerField({}, { default: 0, description: 'The same seed gives the same forecast' }),
      temperature: positiveField({ default: 1, description: 'Above 1 makes the forecast less certain' }),
    };
  }

  /** The schema of a body. */
  get schema() {
    return schemaOf(this.#fields);
  }

  /** Checks a body, apart from its series. @throws ERR_INVALID_ARGUMENT, with the field */
  read(body: unknown): ForecastRequest {
    return readFields<ForecastRequest>(body, this.#fields);
  }

  /**
   * Reads what a request asks of a model.
   *
   * @throws ERR_INVALID_ARGUMENT or ERR_DATA_FORMAT, with the field
   */
  asked(request: ForecastRequest, source: SeriesSource): AskedForecast {
    const { horizon = HORIZON, paths = PATHS, quantiles, seed, temperature } = request;
    this.#checkPathSteps(request, horizon, paths);
    const series = this.#seriesOf(request).map(({ path, given }) => ({
      path,
      series: readSeries(given, path, source),
    }));
    return { series, options: { horizon, paths, quantiles, seed, temperature }, isList: request.series !== undefined };
  }

  #checkPathSteps({ paths: asked }: ForecastRequest, horizon: number, paths: number): void {
    const { maxPathSteps } = this.#limits;
    if (horizon * paths <= maxPathSteps) return;
    const most = (divisor: number) => Math.floor(maxPathSteps / divisor);
    if (asked === undefined) throw invalidArgument('horizon', `at most ${most(paths)}, with ${paths} paths,`, horizon);
    throw invalidArgument('paths', `at most ${most(horizon)}, with a horizon of ${horizon},`, paths);
  }

  #seriesOf(request: ForecastRequest): { path: string; given: ForecastRequestSeries }[] {
    const { series } = request;
    const own = (Object.keys(SERIES) as (keyof ForecastRequestSeries)[]).filter((name) => request[name] !== undefined);
    if (series === undefined) {
      const given = Object.fromEntries(own.map((name) => [name, request[name]])) as unknown as ForecastRequestSeries;
      return [{ path: '', given }];
    }
    if (own.length > 0) throw invalidArgument(own[0]!, 'nothing, beside series,', request[own[0]!]);
    if (!Array.isArray(series)) throw invalidArgument('series', 'an array of series', series);
    const { maxSeries } = this.#limits;
    if (series.length === 0 || series.length > maxSeries) {
      throw invalidArgument('series', `1 to ${maxSeries} series`, series);
    }
    return series.map((each, index) => {
      const path = `series[${index}]`;
      return { path, given: readFields<ForecastRequestSeries>(each, SERIES, path) };
    });
  }
}

const [HORIZON, PATHS] = [24, 500];

/** Checks a series. Without its name, which messages would tell instead of its place. */
function readSeries({ name, ...rest }: ForecastRequestSeries, path: string, source: SeriesSource): Series {
  try {
    const series = toNamedSeries(path, rest, source);
    return name === undefined ? series : { ...series, name };
  } catch (error) {
    throw inSeries(path, error);
  }
}

/** Adds to an error about a series the field of the request that it is about. */
export function inSeries(path: string, error: unknown): unknown {
  if (!(error instanceof LibtorchGenerativeError)) return error;
  const argument = argumentOf(error);
  if (argument !== undefined) return error;
  if (error.code !== 'ERR_DATA_FORMAT' && error.code !== 'ERR_NOT_FINITE') return error;
  return inField(below(path, placeIn(error.message)), error);
}

/** Returns the place that a message names, such as `time[3]`: those of worker threads come as text. */
function placeIn(message: string): string {
  const text = message.replace('static covariates', 'staticCovariates');
  return /\b(?:values|time|\w*[cC]ovariates)\b(?:\.[^[]*?(?=\[| but ))?(?:\[\d+\])*/.exec(text)?.[0] ?? 'values';
}

function checkText(name: string, value: unknown): void {
  if (typeof value !== 'string') throw invalidArgument(name, 'a string', value);
}
