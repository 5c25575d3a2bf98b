const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface StopSignals {
  /** Aborted by the first signal, or when nobody reads the output any more. */
  readonly interrupted: AbortSignal;
  /** The signals end the process again. */
  forget(): void;
}

/** From now on what would end the process at once only asks for its end. */
export function listenToSignals(): StopSignals {
  const controller = new AbortController();
  const onSignal = () => controller.abort(new Error('Interrupted'));
  for (const signal of SIGNALS) process.on(signal, onSignal);
  // Stays: a closed pipe fails at every later write.
  process.stdout.on('error', onSignal);
  return {
    interrupted: controller.signal,
    forget() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
