/** How far a piece of work has come, for a progress bar. */
export interface WorkProgress {
  /** What is being done: reading images, choosing how to see series, calibrating, forecasting or evaluating. */
  task: 'read' | 'choose' | 'calibrate' | 'forecast' | 'evaluate';
  /** Number of pieces done. */
  done: number;
  /** Number of pieces in all. */
  total: number;
}

/** Options of work that takes long. */
export interface WorkOptions {
  /** Stops the work; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called after each piece of the work. */
  onProgress?: ((progress: WorkProgress) => void) | undefined;
}
