import { pythonFixed4, pythonRepr } from '../../src/cli/python-format';
import { pythonTexts } from '../fixtures/training/losses';

const numberOf = (text: string) => (text === 'nan' ? Number.NaN : Number(text.replace('inf', 'Infinity')));

test('numbers are written as Python writes them, ties and exponents too', () => {
  expect(pythonTexts.length).toBeGreaterThan(300);
  for (const line of pythonTexts) {
    const number = numberOf(line.split(' ')[0]!);
    expect(`${pythonRepr(number)} ${pythonFixed4(number)}`).toBe(line);
  }
});
