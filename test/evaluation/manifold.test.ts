import { estimateManifold, partWithin, squaredDistances } from '../../src/evaluation/manifold';
import { tensor } from '../../src/tensor/creation';
import { RandomGenerator, randn } from '../../src/tensor/random';
import { errorOf } from '../error-of';
import { loadFixture, numbersOf } from '../fixtures/fixture';

type Parts = Record<string, number>;
const fixture = loadFixture<Record<string, { precision: Parts; recall: Parts }>>('evaluation/images');

const names = Object.keys(fixture.cases);
test.each(names.flatMap((name) => [1, 3].map((k) => ({ name, k }))))(
  "precision and recall are brute force's: $name, k = $k",
  ({ name, k }) => {
    const [real, other] = [fixture.get('real'), fixture.get(name)];
    const { precision, recall } = fixture.cases[name]!;
    expect(partWithin(other, estimateManifold(real, k))).toBeCloseTo(precision[k]!, 12);
    expect(partWithin(real, estimateManifold(other, k))).toBeCloseTo(recall[k]!, 12);
  },
);

test('the fixture has all kinds of cases', () => {
  const { near, far } = fixture.cases;
  expect(near!.precision[3]).toBeGreaterThan(0.5);
  expect(far!.precision[3]).toBeLessThan(0.5);
  expect(far!.recall[3]).not.toBe(far!.precision[3]);
});

test('more rows than are compared at once', () => {
  const generator = new RandomGenerator(1);
  const points = randn([600, 2], { generator });
  const { centers, radii } = estimateManifold(points, 2);
  const nearest = squaredDistances(centers, centers).toArray() as Float64Array;
  const expected = Array.from({ length: 600 }, (_, row) => nearest.slice(row * 600, (row + 1) * 600).sort()[2]!);
  numbersOf(radii).forEach((radius, row) => {
    expect(radius).toBeCloseTo(expected[row]!, 10);
  });
  expect(partWithin(points, { centers, radii })).toBe(1);
});

test('images that come again have no radius, and still hold each other', () => {
  const twice = tensor([[1], [1], [1], [1], [5]]);
  const manifold = estimateManifold(twice, 3);
  expect(numbersOf(manifold.radii)).toEqual([0, 0, 0, 0, 16]);
  expect(partWithin(tensor([[1], [1.5], [9.5]]), manifold)).toBeCloseTo(2 / 3, 12);
});

test('too few rows are refused', () => {
  expect(errorOf(() => estimateManifold(randn([3, 2])))).toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringContaining('more than 3 rows for features'),
  });
  expect(errorOf(() => estimateManifold(randn([3, 2]), 0))).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
});
