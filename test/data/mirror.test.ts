import { someMirrored } from '../../src/data/mirror';
import { arange } from '../../src/tensor/creation';
import { manualSeed } from '../../src/tensor/random';
import { scope } from '../../src/tensor/scope';

test('about half of the images are mirrored, each channel row by row', () => {
  scope(() => {
    manualSeed(1);
    const rows = arange(0, 18, { dtype: 'uint8' }).view(1, 18).expand(1000, 18).contiguous();
    const mirrored = someMirrored(rows, { channels: 3, height: 2, width: 3 });
    expect([mirrored.shape, mirrored.dtype]).toEqual([[1000, 18], 'uint8']);
    const texts = Array.from({ length: 1000 }, (_, row) => mirrored.select(0, row).toArray().join());
    const counts = new Map(texts.map((text) => [text, texts.filter((each) => each === text).length]));
    expect([...counts.keys()].sort()).toEqual([
      '0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17',
      '2,1,0,5,4,3,8,7,6,11,10,9,14,13,12,17,16,15',
    ]);
    for (const count of counts.values()) expect(Math.abs(count - 500)).toBeLessThan(60);
  });
});
