/**
 * Compares what the net for counts may predict: a mixture of Gaussians whose draws are rounded, one of negative binomial
 * distributions, and the latter with a probability of no event beside it. All start from the net for all kinds, learn from
 * the same synthetic series, and forecast the counts of the study:
 * `npx tsx scripts/study/forecasts/count-heads.ts [--steps N --seed N]`.
 */
import { parseArgs } from 'node:util';
import { mean } from '../../../src/data/mean';
import { toSeries } from '../../../src/data/series-like';
import { SMOOTHING_WINDOW } from '../../../src/data/smoothing-encoding';
import { bounded, NUM_SMOOTHING_INPUTS, SmoothingFilters } from '../../../src/data/smoothing-filters';
import {
  Adam,
  cat,
  clipGradNorm,
  grad,
  Linear,
  type MdnRnn,
  Mixture,
  Module,
  manualSeed,
  mixtureNll,
  noGrad,
  pathQuantiles,
  pretrainedForecaster,
  type SmoothingEncoding,
  scope,
  setNumThreads,
  type Tensor,
  tensor,
} from '../../../src/index';
import { pretrainedModel } from '../../../src/training/pretrained';
import { formatTable } from '../../bench/table';
import { Random } from '../../pretrain/random';
import { drawSeries } from '../../pretrain/synthetic-series';
import { countSeries } from './series';
import { LEVELS, PATHS, type Score, scoreOf, type Task, tasksOf } from './tasks';

const BATCH_SIZE = 96;
const STEPS = SMOOTHING_WINDOW;
const [HIGHEST_LR, LAST_LR, WARM_UP_STEPS, CLIP_NORM] = [7e-4, 7e-7, 200, 1];

/** Values to predict, and how the filters see them, of which those for nets are relative. */
interface Seen {
  /** (N) */
  counts: Tensor;
  /** (N): what the base filter forecasts, in scales. */
  origins: Tensor;
  /** (N): its usual error. */
  scales: Tensor;
}

abstract class Head extends Module {
  constructor(readonly net: MdnRnn) {
    super();
  }

  /** @param features (N, H) of the net */
  abstract loss(features: Tensor, seen: Seen): Tensor;

  /** Draws a count from each of the distributions. */
  abstract draw(features: Tensor, seen: Omit<Seen, 'counts'>, random: Random): number[];

  protected raw(features: Tensor): Tensor {
    return this.net.fc.forward(features).view(-1, this.net.numMixtures, 3); // (N, K, 3)
  }
}

class RoundedGaussians extends Head {
  loss(features: Tensor, { counts, origins, scales }: Seen): Tensor {
    const noise = tensor(Array.from({ length: counts.shape[0]! }, () => jitter.between(-0.5, 0.5)));
    const unrounded = counts.add(noise.mul(scales.clamp(null, 1)));
    return mixtureNll(this.raw(features), unrounded.div(scales).sub(origins).clamp(-20, 20).unsqueeze(1));
  }

  draw(features: Tensor, { origins, scales }: Omit<Seen, 'counts'>): number[] {
    const drawn = new Mixture(this.raw(features)).sample().squeeze(1);
    return Array.from(drawn.add(origins).mul(scales).toArray() as Float32Array, (each) =>
      Math.max(Math.round(each), 0),
    );
  }
}

const jitter = new Random(5);
const [LEAST_SIZE, MOST_SIZE, LEAST_MEAN] = [1e-3, 1e3, 1e-4];

class NegativeBinomials extends Head {
  loss(features: Tensor, seen: Seen): Tensor {
    const { means, sizes, logWeights } = this.mixture(features, seen);
    const counts = seen.counts.unsqueeze(1); // (N, 1)
    const both = sizes.add(means);
    const combinations = logGamma(counts.add(sizes))
      .sub(logGamma(sizes))
      .sub(logGamma(counts.add(1)));
    const powers = sizes.mul(sizes.div(both).log()).add(counts.mul(means.div(both).log()));
    const logProbabilities = logWeights.add(combinations).add(powers).logsumexp(-1); // (N)
    return this.inflated(logProbabilities, features, seen.counts).mean().neg();
  }

  draw(features: Tensor, seen: Omit<Seen, 'counts'>, random: Random): number[] {
    const { means, sizes, logWeights } = this.mixture(features, seen);
    const [allMeans, allSizes, weights] = [means, sizes, logWeights.exp()].map((each) => each.toArray());
    const zeros = this.zeros(features)?.sigmoid().toArray();
    const { numMixtures } = this.net;
    return Array.from({ length: features.shape[0]! }, (_, row) => {
      if (zeros && random.chance(zeros[row] as number)) return 0;
      let left = random.uniform();
      let at = row * numMixtures;
      const last = at + numMixtures - 1;
      for (left -= weights![at] as number; left > 0 && at < last; left -= weights![at] as number) at++;
      return random.poisson((allMeans![at] as number) * random.gamma(allSizes![at] as number));
    });
  }

  /** Returns the logit of the probability of no event, (N), if there is one. */
  protected zeros(_features: Tensor): Tensor | undefined {
    return undefined;
  }

  protected inflated(logProbabilities: Tensor, _features: Tensor, _counts: Tensor): Tensor {
    return logProbabilities;
  }

  /** Means and sizes, of which the variances are m + m² / size: (N, K) each. */
  protected mixture(features: Tensor, { origins, scales }: Omit<Seen, 'counts'>) {
    const raw = this.raw(features);
    const [shifts, excess, logits] = [0, 1, 2].map((index) => raw.select(-1, index));
    const unit = scales.unsqueeze(1);
    const means = shifts!.add(origins.unsqueeze(1)).softplus().mul(unit).add(LEAST_MEAN);
    const sizes = means.square().div(excess!.softplus().mul(unit.square()).add(1e-6));
    return { means, sizes: sizes.clamp(LEAST_SIZE, MOST_SIZE), logWeights: logits!.logSoftmax(-1) };
  }
}

class ZeroInflated extends NegativeBinomials {
  readonly zero: Linear;

  constructor(net: MdnRnn) {
    super(net);
    this.zero = new Linear(net.hiddenDim, 1);
    noGrad(() => {
      this.zero.weight.zero_();
      this.zero.bias!.fill_(-4);
    });
  }

  protected override zeros(features: Tensor): Tensor {
    return this.zero.forward(features).squeeze(1);
  }

  protected override inflated(logProbabilities: Tensor, features: Tensor, counts: Tensor): Tensor {
    const logits = this.zeros(features);
    const others = logits.softplus().neg(); // log of 1 - p
    const none = logits.neg().softplus().neg(); // log of p
    const isNone = counts.eq(0).to(counts.dtype as 'float32');
    const never = isNone.sub(1).mul(1e4); // far below all logarithms where there are events
    return cat([others.add(logProbabilities).unsqueeze(1), none.add(never).unsqueeze(1)], 1).logsumexp(-1);
  }
}

const SHIFT = 6;

/** The logarithm of the gamma function, by Stirling's series. */
function logGamma(x: Tensor): Tensor {
  const y = x.add(SHIFT);
  const stirling = y.sub(0.5).mul(y.log()).sub(y).add(0.5 * Math.log(2 * Math.PI)).add(y.pow(-1).div(12)); // biome-ignore format: a formula
  let shifts = x.log();
  for (let index = 1; index < SHIFT; index++) shifts = shifts.add(x.add(index).log());
  return stirling.sub(y.pow(-3).div(360)).sub(shifts);
}

interface Batch extends Seen {
  /** (B, STEPS, inputs) */
  inputs: Tensor;
  /** The places of the values that are known among B · STEPS. */
  known: Tensor;
}

function drawBatch(random: Random): Batch {
  const inputs = new Float32Array(BATCH_SIZE * STEPS * NUM_SMOOTHING_INPUTS);
  const [counts, origins, scales, known]: number[][] = [[], [], [], []];
  for (let index = 0; index < BATCH_SIZE; index++) {
    const more = random.chance(0.5) ? random.integer(10) : Math.floor(random.logBetween(10, 250));
    const lengthFor = (season: number) => 2 * Math.max(season, 2) + 24 + STEPS + more;
    const { values, season } = drawSeries(random, 'counts', lengthFor);
    const first = values.length - STEPS;
    SmoothingFilters.over(values, season, (filters, step) => {
      if (step < first) return;
      const at = index * STEPS + step - first;
      filters.write(inputs, at * NUM_SMOOTHING_INPUTS, NUM_SMOOTHING_INPUTS);
      if (Number.isNaN(values[step])) return;
      known!.push(at);
      counts!.push(values[step]!);
      origins!.push(bounded(filters.originOf(0) / filters.scaleOf(0)));
      scales!.push(filters.scaleOf(0));
    });
  }
  return {
    inputs: tensor(inputs, { shape: [BATCH_SIZE, STEPS, NUM_SMOOTHING_INPUTS] }),
    known: tensor(known!, { dtype: 'int64' }),
    counts: tensor(counts!),
    origins: tensor(origins!),
    scales: tensor(scales!),
  };
}

function train(heads: Head[], steps: number, seed: number): void {
  const random = new Random(seed);
  const optimizers = heads.map((head) => new Adam(head.parameters()));
  const sums = heads.map(() => 0);
  for (let step = 1; step <= steps; step++) {
    scope(() => {
      const batch = drawBatch(random);
      for (const [index, head] of heads.entries()) {
        const loss = lossOf(head, batch);
        optimizers[index]!.lr =
          HIGHEST_LR * Math.min(1, step / WARM_UP_STEPS) * (0.5 + 0.5 * Math.cos((Math.PI * step) / steps)) + LAST_LR;
        optimizers[index]!.step(clipGradNorm(grad(loss, head.parameters()), CLIP_NORM));
        sums[index]! += loss.item();
      }
    });
    if (step % 100 !== 0) continue;
    console.error(`step ${step}, losses ${sums.map((sum) => (sum / 100).toFixed(4)).join(' ')}`);
    sums.fill(0);
  }
}

function lossOf(head: Head, { inputs, known, ...seen }: Batch): Tensor {
  const { output } = head.net.rnn.forward(inputs); // (B, STEPS, H)
  return head.loss(output.view(-1, head.net.hiddenDim).indexSelect(0, known), seen);
}

function quantilesBy(head: Head, encoding: SmoothingEncoding, { past, horizon }: Task, seed: number): number[][] {
  manualSeed(seed);
  const random = new Random(seed + 1);
  const drawn = new Float64Array(PATHS * horizon);
  scope(() => {
    const { rows, filters: before } = encoding.history(toSeries('past', { values: past }));
    const filters = before.copies(PATHS);
    const { hidden: last } = head.net.step(rows.unsqueeze(0));
    let hidden = last.expand(1, PATHS, head.net.hiddenDim).contiguous();
    const inputs = new Float32Array(PATHS * NUM_SMOOTHING_INPUTS);
    for (let step = 0; step < horizon; step++) {
      const scales = tensor(Array.from({ length: PATHS }, (_, path) => filters.scaleOf(path)));
      const origins = tensor(Array.from({ length: PATHS }, (_, path) => bounded(filters.originOf(path) / filters.scaleOf(path)))); // biome-ignore format: one line
      const counts = Float64Array.from(head.draw(hidden.squeeze(0), { origins, scales }, random));
      for (let path = 0; path < PATHS; path++) {
        // As far as the other nets can draw.
        counts[path] = Math.min(counts[path]!, Math.ceil(filters.originOf(path) + 20 * filters.scaleOf(path)));
        drawn[path * horizon + step] = counts[path]!;
      }
      filters.push(counts);
      filters.write(inputs, 0, NUM_SMOOTHING_INPUTS);
      hidden = head.net.step(tensor(inputs, { shape: [PATHS, 1, NUM_SMOOTHING_INPUTS] }), hidden).hidden;
    }
  });
  return pathQuantiles(drawn, horizon, LEVELS);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { steps: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } },
  });
  const seed = Number(values.seed);
  setNumThreads(1);
  manualSeed(seed);
  const heads: Record<string, Head> = {
    'rounded Gaussians': new RoundedGaussians(pretrainedModel()),
    'negative binomials': new NegativeBinomials(pretrainedModel()),
    'with more zeros': new ZeroInflated(pretrainedModel()),
  };
  train(Object.values(heads), Number(values.steps), seed);
  const names = [...Object.keys(heads), 'as it comes'];
  const scores: Record<string, (Score & { name: string })[]> = Object.fromEntries(names.map((name) => [name, []]));
  const series = countSeries();
  for (const task of series.flatMap(tasksOf)) {
    const { name, past, horizon } = task;
    const forecaster = await pretrainedForecaster([{ values: past }], { horizon, link: 'count', seed });
    const encoding = forecaster.encodings[0] as SmoothingEncoding;
    const paths = forecaster.pathsSync({ values: past }, { horizon, paths: PATHS, seed });
    scores['as it comes']!.push({ ...scoreOf(pathQuantiles(paths, horizon, LEVELS), task), name });
    for (const [head, net] of Object.entries(heads)) {
      const quantiles = noGrad(() => quantilesBy(net, encoding, task, seed));
      scores[head]!.push({ ...scoreOf(quantiles, task), name });
    }
    forecaster.model.dispose();
  }
  const row = (title: string, of: (all: Score[]) => string, among = (_: { name: string }) => true) => [
    title,
    ...names.map((name) => of(scores[name]!.filter(among))),
  ];
  const crps = (all: Score[]) => mean(all.map((score) => score.crps)).toFixed(3);
  const rows = series.map(({ name }) => row(name, crps, (score) => score.name === name));
  rows.push(
    row('mean', crps),
    row('within 90 %', (all) => `${(100 * mean(all.map(({ inside }) => inside))).toFixed(1)} %`),
    row('farthest beyond the past, in ranges', (all) => Math.max(...all.map(({ beyond }) => beyond)).toFixed(1)),
  );
  console.log(formatTable(['series', ...names], rows));
}

void main();
