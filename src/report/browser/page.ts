// Runs in a report's page, after the library and the data: draws the charts and connects the slider. Compiled
// separately for the browser, and embedded in the page as text.

type Spec = import('vega-lite').TopLevelSpec;
declare const vega: typeof import('vega');
declare const vegaLite: typeof import('vega-lite');

function readData<T>(id: string): T {
  return JSON.parse(document.getElementById(id)!.textContent!);
}

function drawCharts(): void {
  const { config, specs } = readData<{ config: object; specs: Record<string, Spec> }>('charts');
  for (const [id, spec] of Object.entries(specs)) {
    const runtime = vega.parse(vegaLite.compile(spec, { config }).spec);
    const view = new vega.View(runtime, { renderer: 'svg', container: `#${id}`, hover: true });
    view.tooltip(showTooltip).runAsync();
  }
}

/** Shows names and values next to the pointer, one per row, without missing values. */
function showTooltip(
  _handler: unknown,
  event: MouseEvent,
  _item: unknown,
  values: Record<string, unknown> | null,
): void {
  document.getElementById('tooltip')?.remove();
  if (!values) return;
  const tooltip = document.createElement('table');
  tooltip.id = 'tooltip';
  for (const [name, value] of Object.entries(values)) {
    if (['', 'undefined', 'null', 'NaN'].includes(String(value))) continue;
    const row = tooltip.insertRow();
    row.insertCell().textContent = name;
    row.insertCell().textContent = String(value);
  }
  document.body.append(tooltip);
  const { width, height } = tooltip.getBoundingClientRect();
  const margin = 12;
  const isRoomRight = event.clientX + margin + width < document.documentElement.clientWidth;
  tooltip.style.left = `${Math.max(0, isRoomRight ? event.clientX + margin : event.clientX - margin - width)}px`;
  tooltip.style.top = `${Math.max(0, event.clientY - margin - height)}px`;
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
