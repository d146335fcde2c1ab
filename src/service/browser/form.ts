/** Returns the only element that a selector finds; the page has it. */
export function element<T extends Element = HTMLElement>(selector: string, within: ParentNode = document): T {
  return within.querySelector<T>(selector)!;
}

/** Fills a list to choose from. */
export function fill(select: HTMLSelectElement, names: { value: string; text: string }[]): void {
  select.replaceChildren(...names.map(({ value, text }) => new Option(text, value)));
}

const PAUSE_MS = 300;

/**
 * Does a form's work when it is sent, and soon after it was changed; what is still under way is given up.
 *
 * @param work shows its result, unless the signal is aborted
 * @returns does the work now
 */
export function live(form: HTMLFormElement, work: (signal: AbortSignal) => Promise<string>): () => void {
  const status = element('[role=status]', form);
  let stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = async () => {
    clearTimeout(timer);
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    try {
      const done = await work(signal);
      if (!signal.aborted) show(status, done, false);
    } catch (error) {
      if (!signal.aborted) show(status, (error as Error).message, true);
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void run();
  });
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(run, PAUSE_MS);
  });
  return () => void run();
}

function show(status: HTMLElement, text: string, isProblem: boolean): void {
  status.textContent = text;
  status.classList.toggle('problem', isProblem);
}
