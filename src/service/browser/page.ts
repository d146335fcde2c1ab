// Runs in a service's page, after the library: asks the service for forecasts, images and the progress of trainings.
// Bundled for the browser.
import { keepToken, listModels, Refusal } from './api';
import { connectForecasts } from './forecast-form';
import { element } from './form';
import { connectSamples } from './sample-form';
import { connectTrainings } from './training-view';

async function start(): Promise<void> {
  const status = element('#state');
  try {
    const models = await listModels();
    element('#access').hidden = true;
    connectForecasts(models.filter(({ kind }) => kind === 'mdn-rnn'));
    connectSamples(models.filter(({ kind }) => kind === 'gan'));
    element('#trainings').hidden = false;
    connectTrainings(models);
    status.textContent = models.map(({ name }) => name).join(' · ');
  } catch (error) {
    status.textContent = (error as Error).message;
    element('#access').hidden = !(error instanceof Refusal && error.problem.status === 401);
  }
}

element<HTMLFormElement>('#access form').addEventListener('submit', (event) => {
  event.preventDefault();
  keepToken(element<HTMLInputElement>('#access input').value.trim());
  void start();
});
void start();
