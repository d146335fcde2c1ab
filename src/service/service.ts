import type { Forecast } from '../data/forecast';
import { classNumber } from '../training/classes';
import { drawGrid, drawImages } from '../training/draw-images';
import type { ForecastAnswer, ModelAnswer, SampleAnswer } from './answers';
import { type ForecastRequest, ForecastRequests, inSeries } from './forecast-request';
import type { ServiceSettings } from './options';
import { RequestsInFlight } from './requests-in-flight';
import { SampleRequests } from './sample-request';
import { describeModel, type ModelEvents, ServedModels } from './served-models';

/** What a service answers, whatever framework brings the requests. */
export class Service {
  readonly settings: ServiceSettings;
  readonly models: ServedModels;
  readonly inFlight: RequestsInFlight;
  readonly forecastRequests: ForecastRequests;
  readonly sampleRequests: SampleRequests;

  /** @throws ERR_FILE or ERR_CHECKPOINT if a run cannot be loaded */
  constructor(settings: ServiceSettings, events: ModelEvents) {
    this.settings = settings;
    this.models = new ServedModels(settings.runs, settings.reloadMs, events);
    this.inFlight = new RequestsInFlight(settings.timeoutMs);
    this.forecastRequests = new ForecastRequests(settings);
    this.sampleRequests = new SampleRequests(settings);
  }

  /** Lists the models. */
  list(): ModelAnswer[] {
    return this.models.all().map(describeModel);
  }

  /** Answers `POST /forecast`. @throws as {@link Forecaster.forecast}, with the field */
  async forecast(body: unknown, signal: AbortSignal): Promise<ForecastAnswer> {
    const request: ForecastRequest = this.forecastRequests.read(body);
    const { name: model, loaded } = this.models.chosen('mdn-rnn', request.model);
    const { series: all, options, isList } = this.forecastRequests.asked(request, loaded.source);
    const forecast = async ({ path, series }: (typeof all)[number], signal: AbortSignal): Promise<Forecast> => {
      try {
        return await loaded.forecaster.forecast(series, { ...options, signal });
      } catch (error) {
        throw inSeries(path, error);
      }
    };
    if (!isList) return { model, ...(await forecast(all[0]!, signal)) };
    const stop = new AbortController(); // one series that cannot be forecast ends the work on the others
    const both = AbortSignal.any([signal, stop.signal]);
    try {
      return { model, series: await Promise.all(all.map((each) => forecast(each, both))) };
    } finally {
      stop.abort();
    }
  }

  /** Answers `POST /sample` as numbers or as a picture. @throws as {@link drawImages}, with the field */
  async sample(
    { model: asked, count, seed, truncation, class: askedClass }: ReturnType<SampleRequests['read']>,
    format: 'png' | 'json',
    signal: AbortSignal,
  ): Promise<Uint8Array | SampleAnswer> {
    const { name: model, loaded } = this.models.chosen('gan', asked);
    const { channels, classes, height, width } = loaded.settings;
    const only = classNumber(askedClass, classes);
    const options = { count, height, width, seed, truncation, class: only, signal };
    if (format === 'png') return drawGrid(loaded.generator, options);
    const { images, labels } = await drawImages(loaded.generator, options);
    const size = channels * height * width;
    const each = Array.from({ length: count }, (_, index) => [...images.subarray(index * size, (index + 1) * size)]);
    const named = labels && { classes: Array.from(labels, (label) => classes[label]!) };
    return { model, count, channels, height, width, images: each, ...named };
  }
}
