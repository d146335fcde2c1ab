import { mixtureCrps, pinballLoss, sampleCrps } from '../../src/evaluation/scores';
import { Mixture } from '../../src/models/mixture';
import { arange, tensor } from '../../src/tensor/creation';
import { RandomGenerator, randn } from '../../src/tensor/random';
import { scope } from '../../src/tensor/scope';
import type { Tensor } from '../../src/tensor/tensor';
import { errorOf } from '../error-of';

const draw = (shape: number[], seed: number) =>
  randn(shape, { generator: new RandomGenerator(seed), dtype: 'float64' });

/** The integral of F² up to y and of (1 - F)² from there, by F's values at the middles of small steps. */
function integrateCrps(mixture: Mixture, y: number): number {
  const numSteps = 400_000;
  const integrate = (low: number, high: number, squared: (cdf: Tensor) => Tensor) => {
    const width = (high - low) / numSteps;
    const middles = arange(0, numSteps, 1, { dtype: 'float64' }).add(0.5).mul(width).add(low).unsqueeze(0);
    return squared(mixture.cdf(middles)).sum().item() * width;
  };
  return integrate(-40, y, (cdf) => cdf.square()) + integrate(y, 40, (cdf) => cdf.sub(1).square());
}

test.each([1, 2, 5])('the closed form is the integral of the squared distance, %d components', (components) => {
  const raw = draw([1, components, 3], components);
  for (const y of [-3, 0.1, 2.5]) {
    scope(() => {
      const mixture = new Mixture(raw);
      const crps = mixtureCrps(mixture, tensor([[y]], { dtype: 'float64' }));
      expect(crps.shape).toEqual([1]);
      expect(Math.abs(crps.item() - integrateCrps(mixture, y))).toBeLessThan(1e-6);
    });
  }
});

test('each row has its own score', () => {
  const [raw, value] = [draw([4, 3, 3], 1), draw([4, 1], 2)];
  const together = mixtureCrps(new Mixture(raw), value).toArray();
  for (const [row, crps] of together.entries()) {
    const alone = mixtureCrps(new Mixture(raw.slice(0, row, row + 1)), value.slice(0, row, row + 1)).item();
    expect(Math.abs(Number(crps) - alone)).toBeLessThan(1e-12);
  }
});

test('draws score as all pairs of them say', () => {
  const draws = Float64Array.from(draw([200], 3).toArray() as Float64Array).sort();
  const y = 0.3;
  let error = 0;
  let spread = 0;
  for (const one of draws) {
    error += Math.abs(one - y);
    for (const other of draws) spread += Math.abs(one - other);
  }
  const expected = error / draws.length - spread / (2 * draws.length ** 2);
  expect(Math.abs(sampleCrps(draws, y) - expected)).toBeLessThan(1e-12);
});

test('many draws score as the distribution they come from', () => {
  const raw = draw([1, 3, 3], 4);
  const mixture = new Mixture(raw.expand(100_000, -1, -1));
  const draws = Float64Array.from(
    mixture
      .sample({ generator: new RandomGenerator(5) })
      .squeeze(-1)
      .toArray() as Float64Array,
  );
  const exact = mixtureCrps(new Mixture(raw), tensor([[0.7]], { dtype: 'float64' })).item();
  expect(Math.abs(sampleCrps(draws.sort(), 0.7) - exact)).toBeLessThan(0.01 * exact + 0.003);
});

test('a draw that is sure has its absolute error', () => {
  expect(sampleCrps(Float64Array.of(2), 5)).toBe(3);
});

test('the pinball loss weighs both sides by the level', () => {
  expect(pinballLoss(1, 0.9, 3)).toBeCloseTo(1.8, 12);
  expect(pinballLoss(3, 0.9, 1)).toBeCloseTo(0.2, 12);
  expect(pinballLoss(2, 0.3, 2)).toBe(0);
});

test('without a draw there is no score', () => {
  expect(() => sampleCrps(new Float64Array(), 1)).toThrow('Expected at least one draw for sorted');
});

test('what cannot be scored is refused by name', () => {
  const mixture = new Mixture(draw([3, 2, 3], 1));
  const messages: [() => unknown, RegExp][] = [
    [() => mixtureCrps({} as never, tensor([[1]])), /a Mixture for mixture but received an object/],
    [() => mixtureCrps(mixture, [1] as never), /a Tensor for value but received an array of 1/],
    [() => mixtureCrps(mixture, tensor([1, 2, 3])), /a Tensor of shape \(3, 1\) for value but received \(3\)/],
    [() => mixtureCrps(mixture, draw([2, 1], 1)), /a Tensor of shape \(3, 1\) for value but received \(2, 1\)/],
    [
      () => mixtureCrps(new Mixture(draw([3, 2, 4], 1)), draw([3, 1], 1)),
      /mixtures of one dimension for mixture but received 2/,
    ],
    [() => sampleCrps([2, 1], 1), /draws in ascending order for sorted\[1\] but received 1/],
    [() => sampleCrps([1, Number.NaN], 1), /a finite number for sorted\[1\] but received NaN/],
    [() => sampleCrps([1], Number.NaN), /a number for value but received NaN/],
    [() => sampleCrps([-1.7e308], 1.7e308), /^The score overflows/],
    [() => pinballLoss(Infinity, 0.5, 1), /for quantile but received Infinity/],
    [() => pinballLoss(1, 1.5, 1), /for level but received 1.5/],
    [() => pinballLoss(-1.7e308, 1, 1.7e308), /^The score overflows/],
    [() => pinballLoss(1, 0.5, '1' as never), /for value but received "1"/],
  ];
  for (const [score, message] of messages) expect(errorOf(score).message).toMatch(message);
  expect(mixtureCrps(new Mixture(draw([1, 2, 3], 1)), draw([4, 1], 2)).shape).toEqual([4]); // one for all
});
