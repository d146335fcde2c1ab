import { noGrad } from '../tensor/autograd';
import { scope } from '../tensor/scope';
import { drawPaths, type PathDrawer, type PathsWanted } from './draw-paths';
import { encodeSeries } from './encoded-series';
import { type Forecast, forecastOf } from './forecast';
import { type NextMixture, nextMixture, nextValue } from './next-value';
import type { Series } from './series';

/** What is asked of a forecaster, in this thread or in another. */
export type Question =
  | { ask: 'paths'; series: Series; options: PathOptionsFilled }
  | { ask: 'forecast'; series: Series; options: PathOptionsFilled & { quantiles: number[] } }
  | { ask: 'next'; series: Series };

type PathOptionsFilled = Omit<PathsWanted, 'encoded'>;

/** The answer to a question of each kind. */
export interface Answers {
  /** (paths, horizon) */
  paths: Float64Array;
  forecast: Forecast;
  /** One for each of the series' encodings. */
  next: NextMixture[];
}

/** Answers questions together. The answers are the same to the last bit as those to each question alone. */
export function answer(drawer: PathDrawer, questions: readonly Question[]): Answers[keyof Answers][] {
  return noGrad(() => scope(() => answerAll(drawer, questions)));
}

function answerAll(drawer: PathDrawer, questions: readonly Question[]): Answers[keyof Answers][] {
  const encoded = encodeSeries(
    drawer,
    questions.map(({ series }) => series),
  );
  const wanted = questions.flatMap((question, index) =>
    question.ask === 'next' ? [] : { ...question.options, encoded: encoded[index]! },
  );
  const drawn = drawPaths(drawer, wanted).values();
  return questions.map((question, index) => {
    const mixtures = () => encoded[index]!.map((each) => nextMixture(drawer.model, each));
    if (question.ask === 'next') return mixtures();
    const paths = drawn.next().value!;
    if (question.ask === 'paths') return paths;
    const { series, options } = question;
    const changes = { temperature: options.temperature, spread: drawer.spreadAt(0, series.name) };
    return forecastOf(series, paths, nextValue(mixtures(), changes), options);
  });
}
