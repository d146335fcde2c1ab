/** `epoch`, `seconds`, losses and other measurements of an epoch. */
export type EpochMetrics = Record<string, unknown>;
