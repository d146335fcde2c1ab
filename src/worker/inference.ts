// Answers questions to copies of models, in a thread of a WorkerPool.
import { parentPort } from 'node:worker_threads';
import { encodingOf } from '../data/encoding';
import { Forecaster } from '../data/forecaster';
import { type ForecasterState, modelFrom, type SentQuestion } from '../data/forecaster-copies';
import { answer, type Question } from '../data/questions';
import { receiveSeries } from '../data/sent-series';
import { toSeries } from '../data/series-like';
import type { GeneratorQuestion, GeneratorState } from '../models/generator-copies';
import { generatorFrom } from '../models/generators';
import { receiveModel } from '../nn/sent-model';
import type { Answer, Request } from '../pool/protocol';
import { sendError } from '../pool/sent-error';
import { setNumThreads } from '../tensor/device';
import { withSeed } from '../tensor/random';
import { drawGridSync, drawImagesSync } from '../training/draw-images';
import { giveWay } from './give-way';

/** A copy of a model. */
interface Copy {
  /** Answers questions together. */
  answer(questions: unknown[]): unknown[];
  dispose(): void;
}

/** What to make of a state, by the kind of the model. */
const KINDS: Record<string, (state: never) => Copy> = { forecaster: forecasterCopy, generator: generatorCopy };

const copies = new Map<number, Copy>();

function forecasterCopy(state: ForecasterState): Copy {
  const { encodings, spread, ownSpread } = state;
  const copy = new Forecaster(modelFrom(state), encodings.map(encodingOf), spread, ownSpread);
  const received = ({ series, ...question }: SentQuestion) =>
    ({ ...question, series: toSeries('series', receiveSeries(series)) }) as Question;
  return {
    answer: (questions) => answer(copy, (questions as SentQuestion[]).map(received)),
    dispose: () => copy.model.dispose(),
  };
}

function generatorCopy({ recipe, model }: GeneratorState): Copy {
  const copy = receiveModel(
    withSeed(0, () => generatorFrom(recipe)),
    model,
  ).eval();
  const draw = (question: GeneratorQuestion) => {
    if (question.ask === 'samples') {
      const { ask, ...wanted } = question;
      return copy.sampleSync(wanted);
    }
    if (question.ask === 'interpolation') {
      const { ask, ...wanted } = question;
      return copy.interpolateSync(wanted);
    }
    const { ask, ...wanted } = question;
    return ask === 'images' ? drawImagesSync(copy, wanted).images : drawGridSync(copy, wanted);
  };
  return { answer: (questions) => (questions as GeneratorQuestion[]).map(draw), dispose: () => copy.dispose() };
}

/** Answers questions together; if that fails, each alone, so that one that can't be answered is no other's problem. */
function answersOf(copy: Copy, questions: unknown[]): Answer[] {
  try {
    return copy.answer(questions).map((value) => ({ value }));
  } catch (error) {
    if (questions.length === 1) return [{ error: sendError(error) }];
    return questions.flatMap((question) => answersOf(copy, [question]));
  }
}

function onRequest(request: Request): void {
  if ('load' in request) copies.set(request.load, KINDS[request.kind]!(request.state as never));
  else if ('unload' in request) {
    copies.get(request.unload)?.dispose();
    copies.delete(request.unload);
  } else parentPort!.postMessage(answersOf(copies.get(request.ask)!, request.questions));
}

giveWay(5);
// Several workers share the cores: operators on one thread each never wait for each other.
setNumThreads(1);
parentPort!.on('message', onRequest);
