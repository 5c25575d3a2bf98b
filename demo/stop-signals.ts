const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface StopSignals {
  /** Aborted by the first signal, or when the output is closed. */
  readonly interrupted: AbortSignal;
  /** Restores the default: a signal ends the process. */
  forget(): void;
}

/** Turns signals that would end the process into an abort signal. */
export function listenToSignals(): StopSignals {
  const controller = new AbortController();
  const onSignal = () => controller.abort(new Error('Interrupted'));
  for (const signal of SIGNALS) process.on(signal, onSignal);
  // This listener stays: a closed pipe fails at every later write.
  process.stdout.on('error', onSignal);
  return {
    interrupted: controller.signal,
    forget() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
