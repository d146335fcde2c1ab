// Runs in a report's page, after the library and the data: draws the charts and connects the slider. Bundled for the
// browser, and embedded in the page as text.

import { drawChart } from './draw-chart';

type Spec = Parameters<typeof drawChart>[1];

function readData<T>(id: string): T {
  return JSON.parse(document.getElementById(id)!.textContent!);
}

function drawCharts(): void {
  const { config, specs } = readData<{ config: object; specs: Record<string, Spec> }>('charts');
  for (const [id, spec] of Object.entries(specs)) drawChart(document.getElementById(id)!, spec, config);
}

/** Lets the slider choose which of the embedded pictures is shown. */
function connectSlider(): void {
  const slider = document.querySelector<HTMLInputElement>('#epoch');
  if (!slider) return;
  const pictures = [...document.querySelectorAll<HTMLImageElement>('.samples img')];
  const show = () => {
    for (const [index, picture] of pictures.entries()) picture.hidden = index !== slider.valueAsNumber;
    const name = `epoch ${pictures[slider.valueAsNumber]!.dataset.epoch}`;
    slider.setAttribute('aria-valuetext', name);
    document.querySelector('output')!.textContent = name;
  };
  slider.addEventListener('input', show);
  show(); // a browser may keep the slider's position across reloads
}

connectSlider();
drawCharts();
