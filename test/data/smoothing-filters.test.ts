import { NUM_SMOOTHING_INPUTS, SmoothingFilters } from '../../src/data/smoothing-filters';

const wave = Float64Array.from(
  { length: 60 },
  (_, step) => 20 + step / 3 + 5 * Math.sin((step * Math.PI) / 6) + ((step * 7) % 5),
);

/** The inputs before each value that is forecast, and those after the last. */
function inputsOver(values: Float64Array, season: number): number[][] {
  const all: number[][] = [];
  const read = (filters: SmoothingFilters) => {
    const inputs = new Float32Array(NUM_SMOOTHING_INPUTS);
    filters.write(inputs, 0, NUM_SMOOTHING_INPUTS);
    all.push([...inputs]);
  };
  read(SmoothingFilters.over(values, season, read));
  return all;
}

test('a value changes nothing of what is known before it', () => {
  const changed = wave.map((value, step) => (step < 45 ? value : -3 * value));
  const [before, after] = [inputsOver(wave, 12), inputsOver(changed, 12)];
  const untilThen = 45 - SmoothingFilters.firstStep(wave, 12) + 1;
  expect(after.slice(0, untilThen)).toEqual(before.slice(0, untilThen));
  expect(after[untilThen]).not.toEqual(before[untilThen]);
});

test('the size of the values and their origin are not seen', () => {
  const inputs = inputsOver(wave, 12);
  const others = inputsOver(
    wave.map((value) => 1e6 + 1000 * value),
    12,
  );
  for (const [row, expected] of inputs.entries()) {
    for (const [column, value] of expected.entries()) expect(others[row]![column]).toBeCloseTo(value, 3);
  }
});

test('a season that repeats exactly is forecast exactly, by all filters that have seasons', () => {
  const repeating = Float64Array.from({ length: 40 }, (_, step) => [3, 8, 1, 5][step % 4]!);
  SmoothingFilters.over(repeating, 4, (filters, step) => {
    expect(filters.originOf(0)).toBeCloseTo(repeating[step]!, 9);
  });
});

test.each([1, 12])('paths that continue a series with season %i are as the series itself', (season) => {
  const known = wave.subarray(0, 50);
  const copies = SmoothingFilters.over(known, season).copies(3);
  const grown = [...known];
  for (let step = 50; step < 55; step++) {
    copies.push(Float64Array.of(wave[step]!, wave[step]! + 9, Number.NaN));
    grown.push(wave[step]!);
  }
  const inputs = new Float32Array(3 * NUM_SMOOTHING_INPUTS);
  copies.write(inputs, 0, NUM_SMOOTHING_INPUTS);
  const own = SmoothingFilters.over(Float64Array.from(grown), season);
  expect([copies.originOf(0), copies.scaleOf(0)]).toEqual([own.originOf(0), own.scaleOf(0)]);
  const expected = new Float32Array(NUM_SMOOTHING_INPUTS);
  own.write(expected, 0, NUM_SMOOTHING_INPUTS);
  // The last input tells whether the last value of the first path was missing.
  expect([...inputs.subarray(0, NUM_SMOOTHING_INPUTS)]).toEqual([...expected]);
  expect(copies.originOf(1)).toBeGreaterThan(copies.originOf(0));
});

test('values scaled back are where they were', () => {
  const filters = SmoothingFilters.over(wave, 12);
  const [origin, scale] = [filters.originOf(0), filters.scaleOf(0)];
  expect(filters.unscale([0])[0]).toBe(origin);
  expect(filters.unscale([2])[0]).toBeCloseTo(origin + 2 * scale, 9);
  expect(filters.unscale([1e9])[0]).toBeCloseTo(origin + 20 * scale, 6);
});

test.each([
  ['one value', [5]],
  ['two values', [5, 7]],
  ['a constant', [4, 4, 4, 4, 4, 4, 4, 4]],
  ['zeros', [0, 0, 0, 0, 0]],
  ['a missing start', [Number.NaN, Number.NaN, Number.NaN, Number.NaN, 3, 4]],
  ['a missing end', [3, 4, 5, 4, 3, Number.NaN, Number.NaN]],
  ['fewer values than a season', [1, 2, 3, 4, 5, 6, 7]],
  ['one season and a bit', Array.from({ length: 15 }, (_, step) => step % 12)],
  ['huge values', [1e300, -1e300, 1e300, 2e299, 0, 1e300]],
  ['tiny values', [1e-300, 3e-300, 2e-300, 1e-300, 1e-300]],
])('%s give finite inputs', (_, values) => {
  for (const season of [1, 4, 12]) {
    const inputs = inputsOver(Float64Array.from(values), season);
    expect(inputs.flat().every(Number.isFinite)).toBe(true);
  }
});

test.each([1, 4, 12])('missing values at the start are as if they were not there, with season %i', (season) => {
  const late = Float64Array.from([...new Array(7).fill(Number.NaN), ...wave]);
  expect(inputsOver(late, season)).toEqual(inputsOver(wave, season));
});

test('a missing value says so, and moves neither seasons nor scale', () => {
  const gap = wave.slice();
  gap[59] = Number.NaN;
  const filters = SmoothingFilters.over(gap, 12);
  const inputs = new Float32Array(NUM_SMOOTHING_INPUTS);
  filters.write(inputs, 0, NUM_SMOOTHING_INPUTS);
  expect(inputs.at(-1)).toBe(1);
  expect(filters.scaleOf(0)).toBe(SmoothingFilters.over(wave.subarray(0, 59), 12).scaleOf(0));
});
