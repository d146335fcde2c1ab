import { drawPaths, type PathDrawer, type PathsWanted } from './draw-paths';
import { type Forecast, forecastOf } from './forecast';
import { type NextMixture, nextMixtures, nextValue } from './next-value';
import type { Series } from './series';

/** What is asked of a forecaster, in this thread or in another. */
export type Question =
  | { ask: 'paths'; series: Series; options: PathOptionsFilled }
  | { ask: 'forecast'; series: Series; options: PathOptionsFilled & { quantiles: number[] } }
  | { ask: 'next'; series: Series };

type PathOptionsFilled = Omit<PathsWanted, 'series'>;

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
  const drawn = questions.filter((each) => each.ask !== 'next');
  const paths = drawPaths(
    drawer,
    drawn.map(({ series, options }) => ({ series, ...options })),
  );
  const asked = questions.filter(({ ask }) => ask !== 'paths');
  const mixtures = nextMixtures(
    drawer.model,
    asked.map(({ series }) => ({ series, encodings: drawer.encodingsFor(series) })),
  );
  const pathsOf = new Map<Question, Float64Array>(drawn.map((question, index) => [question, paths[index]!]));
  const mixturesOf = new Map<Question, NextMixture[]>(asked.map((question, index) => [question, mixtures[index]!]));
  return questions.map((question) => {
    if (question.ask === 'paths') return pathsOf.get(question)!;
    if (question.ask === 'next') return mixturesOf.get(question)!;
    const { series, options } = question;
    const next = nextValue(mixturesOf.get(question)!, {
      temperature: options.temperature,
      spread: drawer.spreadAt(0, series.name),
    });
    return forecastOf(series, pathsOf.get(question)!, next, options);
  });
}
