import { Forecaster } from '../data/forecaster';
import { SeriesEncoding } from '../data/series-encoding';
import { Discriminator } from '../models/discriminator';
import { Generator } from '../models/generator';
import type { GanSettings } from './gan-settings';
import { createMdnRnn, type MdnRnnSettings } from './mdn-rnn-settings';
import { RunFolder } from './run-folder';

/** The generator of a run folder, and how it was trained. @throws ERR_FILE or ERR_CHECKPOINT */
export function loadGenerator(run: string): { generator: Generator; settings: GanSettings } {
  const { folder, settings } = RunFolder.open<GanSettings>(run, 'gan');
  const { noiseDim, hidden, height, width } = settings;
  const generator = new Generator({ noiseDim, hiddenDim: hidden, dataDim: height * width });
  folder.loadModel('model', generator);
  return { generator: generator.eval(), settings };
}

/** The discriminator of a run folder. @throws ERR_FILE or ERR_CHECKPOINT */
export function loadDiscriminator(run: string): Discriminator {
  const { folder, settings } = RunFolder.open<GanSettings>(run, 'gan');
  const { hidden, height, width } = settings;
  const discriminator = new Discriminator({ dataDim: height * width, hiddenDim: hidden });
  folder.loadModel('discriminator', discriminator);
  return discriminator.eval();
}

/** The MDN-RNN of a run folder, and how it was trained. @throws ERR_FILE or ERR_CHECKPOINT */
export function loadForecaster(run: string): { forecaster: Forecaster; settings: MdnRnnSettings } {
  const { folder, settings } = RunFolder.open<MdnRnnSettings>(run, 'mdn-rnn');
  const model = createMdnRnn(settings);
  folder.loadModel('model', model);
  return { forecaster: new Forecaster(model.eval(), new SeriesEncoding(settings.encoding), settings.spread), settings };
}
