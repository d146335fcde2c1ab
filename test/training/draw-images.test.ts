import { Generator } from '../../src/models/generator';
import { drawImagesSync } from '../../src/training/draw-images';
import { errorOf } from '../error-of';

const generator = new Generator({ hiddenDim: 4, dataDim: 12 });

test('the same seed draws the same images', () => {
  const [first, again, other] = [5, 5, 6].map((seed) => {
    return drawImagesSync(generator, { count: 1001, height: 3, width: 4, seed }).images;
  });
  expect(first!.length).toBe(1001 * 12);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test('another size than the generator draws is refused', () => {
  const error = errorOf(() => drawImagesSync(generator, { count: 2, height: 2, width: 3 }));
  expect(error.code).toBe('ERR_INVALID_ARGUMENT');
  expect(error.message).toMatch(
    /the generator's images, of 12 values in 1, 3 or 4 channels, for height and width but received "2 x 3"/,
  );
});
