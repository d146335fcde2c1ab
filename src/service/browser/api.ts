import type { ModelAnswer } from '../answers';
import type { Problem } from '../problem';

/** What the service answered instead of a result. */
export class Refusal extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

const TOKEN = 'libtorch-generative-token';

/** Keeps the token for this tab. */
export function keepToken(token: string): void {
  sessionStorage.setItem(TOKEN, token);
}

/** Asks the service, with the token if there is one. @throws Refusal */
async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const token = sessionStorage.getItem(TOKEN);
  const headers = { ...init.headers, ...(token !== null && { authorization: `Bearer ${token}` }) };
  const response = await fetch(path, { ...init, headers });
  if (!response.ok) throw new Refusal(await response.json());
  return response;
}

export async function get<T>(path: string): Promise<T> {
  return (await ask(path)).json();
}

export function post(path: string, body: object, accept: string, signal: AbortSignal): Promise<Response> {
  const headers = { 'content-type': 'application/json', accept };
  return ask(path, { method: 'POST', body: JSON.stringify(body), headers, signal });
}

export async function listModels(): Promise<ModelAnswer[]> {
  return (await get<{ models: ModelAnswer[] }>('models')).models;
}
