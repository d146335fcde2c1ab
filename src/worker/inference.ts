// Answers questions to copies of models, in a thread of a WorkerPool.
import { parentPort } from 'node:worker_threads';
import { encodingOf } from '../data/encoding';
import { Forecaster } from '../data/forecaster';
import { type ForecasterState, modelFrom, type QuestionInTransit } from '../data/forecaster-copies';
import { answer, type Question } from '../data/questions';
import { fromTransit } from '../data/series-transit';
import { Generator } from '../models/generator';
import type { GeneratorQuestion, GeneratorState } from '../models/generator-copies';
import { loadWeights } from '../nn/weights';
import { type Answer, type Request, toTransit } from '../pool/protocol';
import { setNumThreads } from '../tensor/device';
import { withSeed } from '../tensor/random';
import { type DrawImagesOptions, drawImagesSync } from '../training/draw-images';

/** A copy of a model. */
interface Copy {
  /** Answers questions together. */
  answer(questions: unknown[]): unknown[];
  dispose(): void;
}

/** What to make of a state, by the kind of the model. */
const KINDS: Record<string, (state: never) => Copy> = { forecaster: forecasterCopy, generator: generatorCopy };

const copies = new Map<number, Copy>();

function forecasterCopy({ model, encodings, spread, ownSpread }: ForecasterState): Copy {
  const copy = new Forecaster(modelFrom(model), encodings.map(encodingOf), spread, ownSpread);
  return {
    answer: (questions) =>
      answer(
        copy,
        (questions as QuestionInTransit[]).map(
          ({ series, ...question }) => ({ ...question, series: fromTransit(series) }) as Question,
        ),
      ),
    dispose: () => copy.model.dispose(),
  };
}

function generatorCopy({ options, device, dtype, weights }: GeneratorState): Copy {
  const copy = withSeed(0, () => new Generator(options)).to({ device, dtype: dtype as 'float32' });
  loadWeights(copy, weights);
  copy.eval();
  const draw = ({ ask, ...wanted }: GeneratorQuestion) =>
    ask === 'samples' ? copy.sampleSync(wanted) : drawImagesSync(copy, wanted as DrawImagesOptions).images;
  return { answer: (questions) => (questions as GeneratorQuestion[]).map(draw), dispose: () => copy.dispose() };
}

/** Answers questions together; if that fails, each alone, so that one that can't be answered is no other's problem. */
function answersOf(copy: Copy, questions: unknown[]): Answer[] {
  try {
    return copy.answer(questions).map((value) => ({ value }));
  } catch (error) {
    if (questions.length === 1) return [{ error: toTransit(error) }];
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

// Several workers share the cores: operators on one thread each never wait for each other.
setNumThreads(1);
parentPort!.on('message', onRequest);
