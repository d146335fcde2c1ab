import { count } from '../../report/format';
import type { ModelAnswer } from '../answers';
import { post } from './api';
import { element, fill, live } from './form';

/** Connects the part of the page that draws images. */
export function connectSamples(models: ModelAnswer[]): void {
  const section = element('#samples');
  section.hidden = models.length === 0;
  if (models.length === 0) return;
  const form = element<HTMLFormElement>('form', section);
  const picture = element<HTMLImageElement>('img', section);
  const number = (name: string) => element<HTMLInputElement>(`[name=${name}]`, form).valueAsNumber;
  const model = element<HTMLSelectElement>('[name=model]', form);
  fill(
    model,
    models.map(({ name, height, width }) => ({ value: name, text: `${name} (${height} × ${width} pixels)` })),
  );
  const run = live(form, async (signal) => {
    const body = { model: model.value, count: number('count'), seed: number('seed') };
    const answer = await post('sample', body, 'image/png', signal);
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(await answer.blob());
    picture.alt = `${count(body.count, 'image')} drawn by ${body.model} from seed ${body.seed}`;
    picture.hidden = false;
    return `${count(body.count, 'image')} from seed ${body.seed}.`;
  });
  run();
}
