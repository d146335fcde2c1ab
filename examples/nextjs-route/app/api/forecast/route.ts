import { LibtorchGenerativeError, loadForecaster, pathQuantiles } from 'libtorch-generative';

export const runtime = 'nodejs';

let loaded: ReturnType<typeof loadForecaster> | undefined;

/** { "values": [...] } is answered by the median of the next 12 values and their 80 % interval. */
export async function POST(request: Request): Promise<Response> {
  const { values } = await request.json();
  try {
    loaded ??= loadForecaster('runs/co2');
    const paths = await loaded.forecaster.paths({ values }, { horizon: 12, paths: 200, seed: 0 });
    const [low, median, high] = pathQuantiles(paths, 12, [0.1, 0.5, 0.9]).map((quantile) => [...quantile]);
    return Response.json({ low, median, high });
  } catch (error) {
    if (!(error instanceof LibtorchGenerativeError)) throw error;
    return Response.json({ code: error.code, message: error.message }, { status: 400 });
  }
}
