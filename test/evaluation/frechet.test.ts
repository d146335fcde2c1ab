import { fitGaussian, frechetDistance } from '../../src/evaluation/frechet';
import { ones, tensor } from '../../src/tensor/creation';
import { randn } from '../../src/tensor/random';
import { memory } from '../../src/tensor/scope';
import { errorOf } from '../error-of';
import { loadFixture } from '../fixtures/fixture';

const fixture = loadFixture<Record<string, { frechet: number }>>('evaluation/images');

test.each(Object.keys(fixture.cases))("the distance is SciPy's: %s", (name) => {
  const [real, other] = [fitGaussian(fixture.get('real')), fitGaussian(fixture.get(name))];
  const expected = fixture.cases[name]!.frechet;
  expect(Math.abs(frechetDistance(real, other) - expected)).toBeLessThan(1e-6 * Math.max(1, expected));
  expect(frechetDistance(other, real)).toBeCloseTo(frechetDistance(real, other), 6);
});

test('in one dimension it is known: (μa - μb)² + (σa - σb)²', () => {
  const column = (...values: number[]) => fitGaussian(tensor(values, { dtype: 'float64' }).unsqueeze(1));
  expect(frechetDistance(column(1, 3), column(11, 15))).toBeCloseTo(11 ** 2 + 2, 10); // variances 2 and 8
});

test('images that are all one and the same have a distance too', () => {
  const { mean } = fitGaussian(fixture.get('real'));
  const point = fitGaussian(ones([10, 6], { dtype: 'float64' }).mul(mean));
  const spread = fitGaussian(fixture.get('real')).covariance;
  const trace = [0, 1, 2, 3, 4, 5].reduce((sum, i) => sum + spread.select(0, i).select(0, i).item(), 0);
  expect(frechetDistance(point, fitGaussian(fixture.get('real')))).toBeCloseTo(trace, 8);
});

test('of fewer samples than features there is a distance, and one sample is refused', () => {
  const few = fitGaussian(randn([10, 64]));
  expect(frechetDistance(few, few)).toBeCloseTo(0, 6);
  expect(errorOf(() => fitGaussian(randn([1, 64])))).toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: 'Expected at least two rows for features but received "1 rows of 64"',
  });
  expect(errorOf(() => fitGaussian(randn([64])))).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
});

test('nothing is left behind', () => {
  const gaussian = fitGaussian(fixture.get('near'));
  const before = memory().tensors;
  frechetDistance(gaussian, gaussian);
  expect(memory().tensors).toBe(before);
});
