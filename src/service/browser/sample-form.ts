import { count } from '../../report/format';
import type { ModelAnswer } from '../answers';
import { post } from './api';
import { element, fill, live } from './form';

/** Stands for all classes. */
const ALL = '';

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
  const only = element<HTMLSelectElement>('[name=class]', form);
  const choose = () => {
    const { classes = [] } = models.find(({ name }) => name === model.value)!;
    fill(only, [{ value: ALL, text: 'all' }, ...classes.map((name) => ({ value: name, text: name }))]);
    only.parentElement!.hidden = classes.length === 0;
  };
  const run = live(form, async (signal) => {
    const ofClass = only.selectedIndex > 0 ? { class: only.value } : {};
    const body = { model: model.value, count: number('count'), seed: number('seed'), ...ofClass };
    const answer = await post('sample', body, 'image/png', signal);
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(await answer.blob());
    picture.alt = `${count(body.count, 'image')} drawn by ${body.model} from seed ${body.seed}`;
    picture.hidden = false;
    return `${count(body.count, 'image')} from seed ${body.seed}.`;
  });
  model.addEventListener('change', choose);
  choose();
  run();
}
